//! Open an account from the command line. The first owner chooses a password by a link.

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

#[derive(Debug, Clone)]
pub struct Opening {
    pub kind: AccountKind,
    pub name: Name,
    /// `None` for a developer.
    pub country: Option<Country>,
    pub zone: Zone,
    /// `None` for a developer.
    pub currency: Option<Currency>,
    /// The first is the default.
    pub languages: Languages,
    /// The owner's name.
    pub owner: Name,
    /// Also the owner's user name.
    pub email_address: EmailAddress,
    /// Whether the link is also sent to the owner by e-mail.
    pub by_mail: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the e-mail address is taken")]
    AddressTaken,
    #[error("no mail server is configured")]
    NoMail,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens the account and returns the address at which the owner chooses a password. It works once, for seven days, and
/// is as good as the owner's password until then.
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
    // Two transactions may both have found the address free; the unique index then refuses one.
    let link = opened.await.map_err(|error| match error {
        OpenError::Store(error) if users::is_address_taken(&error) => OpenError::AddressTaken,
        other => other,
    })?;
    app.mail_waiting().notify_one();
    Ok(link)
}
