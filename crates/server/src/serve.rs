//! `slotkeeper serve`: the server in production.

use crate::cli::ServeArgs;
use crate::config::{Config, MailTls};
use crate::http::Limits;
use crate::node::{Node, check_master_key, document};
use crate::{control, descriptors, http, logging, master_key, signals, zone_data};
use anyhow::Context;
use slotkeeper_api::webhooks::WirePayloads;
use slotkeeper_app::clock::SystemClock;
use slotkeeper_app::passwords::{Cost, Passwords};
use slotkeeper_app::secrets::Vault;
use slotkeeper_app::{App, AppConfig};
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_jobs::mailer::{MailServer, Mailer, Tls, address_in};
use slotkeeper_outgoing::{OwnAddresses, Policy};
use slotkeeper_store::{Location, Store};
use slotkeeper_web::Web;
use std::sync::Arc;
use url::Url;

/// Runs the server until it is asked to stop. The error is a sentence.
pub async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let mut config = Config::load(args.config.as_deref(), std::env::vars_os())?;
    args.apply_to(&mut config)?;
    logging::init(&config.log)?;
    let stop = signals::stop()?;

    // First: if the address is in use, no data folder is created.
    let listener = http::listen(config.listen).with_context(|| {
        format!("cannot listen on {}; is the address one of this machine, and free?", config.listen)
    })?;
    config.derive_public_url(listener.local_addr()?);
    let connections = descriptors::connections(config.limits.connections, config.database_connections);
    let itself = OwnAddresses::at(config.public_url.as_str(), listener.local_addr()?);
    let outgoing = config.outgoing.client(false, itself);
    let app = open(&config, outgoing.policy().clone()).await?;
    // PostgreSQL needs no control socket: commands open the database themselves.
    let _control = if config.database_url.is_empty() { control::listen(&config.control_socket(), &app) } else { None };
    tracing::info!(listen = %listener.local_addr()?, public_url = config.public_url.as_str(), "ready");
    let node = Node {
        web: Web {
            document: document(&app),
            app,
            trusted_proxies: config.trusted_proxies.clone().into(),
            demo: false,
            installation: Arc::new(config.installation.to_web()),
        },
        mailer: mailer(&config)?,
        outgoing: Some(outgoing),
        origins: config.cors_origins.clone(),
        limits: Limits {
            connections,
            connections_per_address: config.limits.connections_per_address,
            header_timeout: config.header_timeout(),
            ..Limits::default()
        },
    };
    node.run(listener, stop).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Opens time zones, data folder, master key and store of a configuration, and creates what is missing. The error is
/// a sentence.
pub async fn open(config: &Config, receivers: Policy) -> anyhow::Result<App> {
    zone_data::put_in_use(&config.time_zone_data)?;
    make_folder(&config.data_dir)?;
    let environment = std::env::var("SLOTKEEPER_MASTER_KEY").ok();
    // A new key could not open an existing database.
    anyhow::ensure!(
        environment.is_some()
            || !config.database_url.is_empty()
            || !config.sqlite_file().exists()
            || config.master_key_path().exists(),
        "there is a database in {} but no master key at {}. Put the key back that belongs to it; without it nobody can \
         sign in and no key works",
        config.data_dir.display(),
        config.master_key_path().display()
    );
    let master_key = master_key::load_or_create(&config.master_key_path(), environment.as_deref())?;
    let location = if config.database_url.is_empty() {
        Location::Sqlite { path: config.sqlite_file() }
    } else {
        Location::Postgres { url: config.database_url.expose().to_owned(), connections: config.database_connections }
    };
    let app = App::new(AppConfig {
        store: Store::open(&location).await.context("the database cannot be opened")?,
        clock: Arc::new(SystemClock),
        vault: Vault::new(master_key.into_bytes()),
        passwords: Passwords::new(Cost::Full, config.limits.password_hashers)?,
        public_url: Url::parse(config.public_url.as_str()).context("public_url")?,
        delivers_mail: !config.mail.host.is_empty(),
        sender: sender(&config.mail.from)?,
        sign_up: config.sign_up.rules(),
        most_customers: Some(config.limits.customers).filter(|most| *most > 0),
        call_rate: config.limits.call_rate(),
        receivers,
        retries: config.webhooks.retries.clone(),
        items: Arc::new(WirePayloads),
    });
    check_master_key(&app).await?;
    zone_data::check(app.store()).await?;
    Ok(app)
}

/// Creates the data folder, accessible to its owner only.
fn make_folder(folder: &std::path::Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).with_context(|| format!("cannot make the data folder {}", folder.display()))?;
    warn_if_open(folder);
    Ok(())
}

/// Warns if other users can open the data folder. The server still starts: the files in it are closed to them, and
/// the group may be meant for backups.
fn warn_if_open(folder: &std::path::Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let Ok(metadata) = std::fs::metadata(folder) else { return };
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            tracing::warn!(
                folder = %folder.display(),
                mode = %format_args!("{mode:03o}"),
                "other users of this machine can open the data folder; allow only its owner: chmod 700"
            );
        }
    }
}

/// The organizer's address in calendar files. Without a usable address, such as the default `localhost`, one that
/// calendar programs accept.
fn sender(from: &str) -> anyhow::Result<EmailAddress> {
    match address_in(from) {
        Some(address) => Ok(address),
        None => "no-reply@slotkeeper.invalid".parse().context("the sender of mail"),
    }
}

fn mailer(config: &Config) -> anyhow::Result<Option<Mailer>> {
    let mail = &config.mail;
    if mail.host.is_empty() {
        tracing::warn!("no mail server is configured: e-mails stay in the outbox");
        return Ok(None);
    }
    let login = (!mail.user.is_empty()).then(|| (mail.user.clone(), mail.password.expose().to_owned()));
    let tls = match mail.tls {
        MailTls::Starttls => Tls::StartTls,
        MailTls::Tls => Tls::Implicit,
        MailTls::None => Tls::None,
    };
    let server = MailServer { host: mail.host.clone(), port: mail.port, login, tls, from: mail.from.clone() };
    Mailer::new(&server).context("the mail settings cannot be used").map(Some)
}
