//! The demo's addresses, log-ins and keys: printed for people, as JSON for scripts.

use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::Path;

/// The addresses, log-ins and keys of a demo. They are valid on this machine only and not secret.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Credentials {
    pub(super) authappid: String,
    pub(super) secret_key: String,
    pub(super) api_keys: ApiKeys,
    pub(super) business: LogIn,
    pub(super) manager: LogIn,
    pub(super) staff: LogIn,
    pub(super) developer: LogIn,
    pub(super) portal: Portal,
    /// Ids of the business's products. Absent in a demo made by an older program.
    #[serde(default)]
    pub(super) products: Products,
    /// A customer of the business who has a password. Absent in a demo made by an older program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) customer: Option<CustomerLogIn>,
}

/// Three authorizations of the same application.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct ApiKeys {
    pub(super) all: String,
    /// The `…_own` permissions and availability.
    pub(super) own: String,
    /// The `…_r_all` permissions and availability.
    pub(super) read: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogIn {
    pub(super) account_id: String,
    pub(super) username: String,
    pub(super) password: String,
}

/// The log-in of a customer, checked through the API; there are no pages for customers.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CustomerLogIn {
    pub(super) email_address: String,
    pub(super) password: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Portal {
    #[serde(flatten)]
    pub(super) log_in: LogIn,
    pub(super) api_key: String,
    pub(super) subaccounts: Vec<String>,
}

/// The JSON file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ForScripts<'a> {
    web_url: &'a str,
    base_url: String,
    #[serde(flatten)]
    credentials: &'a Credentials,
}

/// The ids of products that can be booked through the API, by type.
#[derive(Clone, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Products {
    pub(super) fixed: Vec<String>,
    pub(super) fixed_course: Vec<String>,
    pub(super) flexible_time: Vec<String>,
}

/// Sizes of the demo's data, printed at the start.
#[derive(Clone, Copy)]
pub(super) struct Amounts {
    pub(super) products: usize,
    pub(super) bookings: i64,
}

impl Credentials {
    /// Writes the JSON file, readable by its owner only. It appears complete or not at all, so a script that waits
    /// for it never reads a part.
    pub(super) fn write_to(&self, path: &Path, web_url: &str) -> anyhow::Result<()> {
        let file = ForScripts { web_url, base_url: format!("{web_url}/v2"), credentials: self };
        let text = serde_json::to_string_pretty(&file)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let write = || -> std::io::Result<()> {
            // A temporary file has mode 0600.
            let mut file = tempfile::Builder::new().prefix(".credentials-").tempfile_in(folder)?;
            writeln!(file, "{text}")?;
            file.persist(path)?;
            Ok(())
        };
        write().with_context(|| format!("cannot write the credentials file {}", path.display()))
    }

    /// The text for the screen. Its last part is a command to paste.
    pub(super) fn announce(&self, web_url: &str, data_dir: Option<&Path>, amounts: Amounts) -> String {
        let data = match data_dir {
            Some(folder) => format!("Its data is in {} and survives a restart.", folder.display()),
            None => "Its data is temporary and gone when it stops; --data-dir DIR keeps it.".to_owned(),
        };
        let log_in = |who: &str, log_in: &LogIn| format!("    {who:<10}{:<34}{}\n", log_in.username, log_in.password);
        let log_ins = [
            log_in("owner", &self.business),
            log_in("manager", &self.manager),
            log_in("staff", &self.staff),
            log_in("developer", &self.developer),
            log_in("portal", &self.portal.log_in),
        ]
        .concat();
        format!(
            "\n\
             The Slotkeeper demo runs at {web_url}, for this machine only.\n\
             {data} Ctrl-C stops it.\n\
             The example business has {products} products and {bookings} bookings.\n\
             \n\
             Pages\n\
             \x20   start     {web_url}/\n\
             \x20   sign in   {web_url}/sign-in\n\
             \x20   inbox     {web_url}/demo/inbox\n\
             \x20   API       {web_url}/docs\n\
             \x20   consent   {web_url}/?authappid={app}&permissions=availability_r,bookings_rwd_own\n\
             \n\
             Log-ins (e-mail address, password)\n\
             {log_ins}\
             \n\
             Keys of the application {app}\n\
             \x20   secret key              {secret}\n\
             \x20   API key, everything     {all}\n\
             \x20   API key, its own        {own}\n\
             \x20   API key, reads all      {read}\n\
             \x20   API key of the portal   {portal}\n\
             \n\
             The first call, to paste:\n\
             \n\
             curl '{web_url}/v2/settings/apikeyinfo' -H 'X-Bookeo-apiKey: {all}' -H 'X-Bookeo-secretKey: {secret}'\n\
             \n",
            products = amounts.products,
            bookings = amounts.bookings,
            app = self.authappid,
            secret = self.secret_key,
            all = self.api_keys.all,
            own = self.api_keys.own,
            read = self.api_keys.read,
            portal = self.portal.api_key,
        )
    }
}
