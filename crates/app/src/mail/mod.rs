//! Mail: what it says, and putting it where the delivery job finds it.

pub mod again;
mod letter;
pub mod list;
pub mod mail_box;
mod parts;

pub use letter::Letter;
pub use parts::{Content, Parts, content};

use crate::secrets::Usage;
use crate::{App, random};
use slotkeeper_domain::account::Name;
use slotkeeper_domain::email::EmailAddress;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::secret::LinkToken;
use slotkeeper_domain::time::Instant;
use slotkeeper_letters::HeaderText;
use slotkeeper_store::tables::mails::{self, About, Mail};
use slotkeeper_store::tables::{links, users::User};
use slotkeeper_store::{StoreError, Tx};
use zeroize::Zeroizing;

/// Puts a letter into the outbox, in the transaction of what it is about. Without a mail server it stays there.
pub(crate) fn send(
    tx: &mut Tx,
    app: &App,
    account: &AccountId,
    recipient: &EmailAddress,
    letter: &Letter,
) -> Result<(), StoreError> {
    let now = app.now();
    let mail = Mail {
        account: account.clone(),
        id: random::id(),
        recipient: recipient.clone(),
        subject: letter.subject.clone(),
        sealed_body: Some(app.vault().seal(Usage::Mail, &letter.text)),
        sealed_parts: None,
        created_at: now,
        attempts: 0,
        not_after: None,
    };
    mails::insert(tx, &mail, app.delivers_mail().then_some(now))
}

/// Puts a mail in the name of a business about one of its bookings into the outbox, in the transaction of what it is about,
/// unless the recipient has it already. It has a subject, a text, and what there is besides; after `not_after` it is not sent.
pub(crate) fn send_about(
    tx: &mut Tx,
    app: &App,
    account: &AccountId,
    recipient: &EmailAddress,
    (subject, text, parts): (&HeaderText, &str, &Parts),
    (about, not_after): (&About<'_>, Option<Instant>),
) -> Result<(), StoreError> {
    let now = app.now();
    let sealed = parts.seal(app.vault()).map_err(|_| StoreError::inconsistent("a mail that cannot be written down"))?;
    let mail = Mail {
        account: account.clone(),
        id: random::id(),
        recipient: recipient.clone(),
        subject: subject.to_string(),
        sealed_body: Some(app.vault().seal(Usage::Mail, text)),
        sealed_parts: Some(sealed),
        created_at: now,
        attempts: 0,
        not_after,
    };
    mails::insert_about(tx, &mail, about, app.delivers_mail().then_some(now))
}

/// Makes a link that works once: its address.
pub(crate) fn make_link(
    tx: &mut Tx,
    app: &App,
    user: &User,
    purpose: Purpose,
) -> Result<Zeroizing<String>, StoreError> {
    let token = LinkToken::compose(&user.account, &random::token(32));
    let hash = app.vault().hash(Usage::Link, token.expose());
    links::insert(tx, &user.account, &hash, &user.id, purpose, app.now().after(purpose.lifetime()))?;
    let path = match purpose {
        Purpose::ConfirmEmail => "/confirm-email/",
        Purpose::ResetPassword | Purpose::AcceptInvitation => "/choose-password/",
    };
    Ok(Zeroizing::new(app.address_of(&format!("{path}{}", token.expose()))))
}

/// Makes a link that works once and sends it to the person.
pub(crate) fn send_link(
    tx: &mut Tx,
    app: &App,
    user: &User,
    purpose: Purpose,
    letter: impl FnOnce(&Name, &str) -> Letter,
) -> Result<(), StoreError> {
    let link = make_link(tx, app, user, purpose)?;
    send(tx, app, &user.account, &user.email_address, &letter(&user.name, &link))
}
