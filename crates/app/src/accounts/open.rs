//! Open an account for somebody, as those who run the server do: with a first owner, who chooses the password by a link.

use super::sign_up::create;
use crate::outbox::{self, AccountEmail};
use crate::{App, random};
use slotkeeper_domain::account::{AccountKind, Country, Currency, Languages, Name, Role};
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::time::Zone;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::users::{self, User};
use zeroize::Zeroizing;

/// The account that is opened, and its first owner.
#[derive(Debug, Clone)]
pub struct Opening {
    /// What kind it is.
    pub kind: AccountKind,
    /// What it is called.
    pub name: Name,
    /// Where it is; nothing for a developer.
    pub country: Option<Country>,
    pub zone: Zone,
    /// What it charges in; nothing for a developer.
    pub currency: Option<Currency>,
    /// The languages it offers, the default first.
    pub languages: Languages,
    /// What the owner is called.
    pub owner: Name,
    /// The owner's e-mail address: the user name.
    pub email_address: EmailAddress,
    /// Whether the link goes to the owner by e-mail.
    pub by_mail: bool,
}

/// Why no account was opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the e-mail address is taken")]
    AddressTaken,
    #[error("no mail server is configured")]
    NoMail,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens it. The address by which the owner chooses a password; it works once, for seven days, and whoever has it is the owner.
///
/// # Errors
/// [`OpenError`].
pub async fn open(app: &App, opening: Opening) -> Result<Zeroizing<String>, OpenError> {
    if opening.by_mail && !app.delivers_mail() {
        return Err(OpenError::NoMail);
    }
    let now = app.now();
    let Opening { kind, name, country, zone, currency, languages, owner, email_address, by_mail } = opening;
    let account = Account { id: random::id(), kind, name, country, zone, currency, languages, created_at: now };
    let owner = User {
        account: account.id.clone(),
        id: random::id(),
        email_address,
        name: owner,
        role: Role::Owner,
        password_hash: None,
        email_confirmed_at: None,
        created_at: now,
    };
    let unit = app.clone();
    let opened = app.store().write(move |tx| {
        if users::find_by_email(tx, &owner.email_address)?.is_some() {
            return Err(OpenError::AddressTaken);
        }
        create(tx, &account, &owner)?;
        let link = outbox::make_link(tx, &unit, &owner, Purpose::AcceptInvitation)?;
        if by_mail {
            let email = AccountEmail::account_opened(&account.name, &link);
            outbox::send(tx, &unit, &account.id, &owner.email_address, &email)?;
        }
        Ok(link)
    });
    let link = opened.await.map_err(|error| match error {
        OpenError::Store(error) if users::is_address_taken(&error) => OpenError::AddressTaken,
        other => other,
    })?;
    app.mail_waiting().notify_one();
    Ok(link)
}
