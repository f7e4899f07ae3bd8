//! Mail: what it says, and putting it where the delivery job finds it.

mod account_emails;
pub mod demo_inbox;
pub mod list;
mod parts;
pub mod resend;

pub use account_emails::{AccountEmail, BusinessIntroduction};
pub use parts::{EmailContent, EmailParts, content};

use crate::secrets::Usage;
use crate::throttle::{self, Bucket};
use crate::{App, random};
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::secret::LinkToken;
use slotkeeper_domain::throttle::TooMany;
use slotkeeper_domain::time::Instant;
use slotkeeper_emails::{Audience, HeaderText};
use slotkeeper_store::tables::outbox::{self, EmailKey, OutboxEmail};
use slotkeeper_store::tables::{links, users::User};
use slotkeeper_store::{StoreError, Tx};
use zeroize::Zeroizing;

/// Puts a letter into the outbox, in the transaction of what it is about. Without a mail server it stays there.
pub(crate) fn send(
    tx: &mut Tx,
    app: &App,
    account: &AccountId,
    recipient: &EmailAddress,
    email: &AccountEmail,
) -> Result<(), StoreError> {
    let now = app.now();
    let email = OutboxEmail {
        account: account.clone(),
        id: random::id(),
        recipient: recipient.clone(),
        subject: email.subject.clone(),
        sealed_body: Some(app.vault().seal(Usage::Mail, &email.text)),
        sealed_parts: None,
        created_at: now,
        attempts: 0,
        not_after: None,
    };
    outbox::insert(tx, &email, app.delivers_mail().then_some(now))
}

/// What is said on the page of a mail that was not sent because its recipient gets too many.
const TOO_MANY: &str = "many e-mails went to this address already";

/// Puts a mail in the name of a business about one of its bookings into the outbox, in the transaction of what it is about,
/// unless the recipient has it already. It has a subject, a text, and what there is besides; after `not_after` it is not sent.
/// Nor is it when its recipient gets too many; then only that is noted.
pub(crate) fn send_about(
    tx: &mut Tx,
    app: &App,
    account: &AccountId,
    (audience, recipient): (Audience, &EmailAddress),
    (subject, text, parts): (&HeaderText, &str, &EmailParts),
    (about, not_after): (&EmailKey<'_>, Option<Instant>),
) -> Result<(), StoreError> {
    let now = app.now();
    let sealed = parts.seal(app.vault()).map_err(|_| StoreError::inconsistent("a mail that cannot be written down"))?;
    let email = OutboxEmail {
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
    let name = recipient.as_str();
    let buckets = match audience {
        // Anybody can have typed the address.
        Audience::Customer => [Bucket::Letter(name), Bucket::LetterInADay(name)],
        Audience::Staff => [Bucket::StaffLetter(name), Bucket::StaffLetterInADay(name)],
    };
    match throttle::take_within(tx, app, &buckets) {
        Ok(()) => outbox::insert_for_booking(tx, &email, about, app.delivers_mail().then_some(now)),
        Err(NotQueued::TooMany(_)) => {
            let unsent = OutboxEmail { sealed_body: None, sealed_parts: None, ..email };
            outbox::insert_for_booking(tx, &unsent, about, None)?;
            outbox::postpone(tx, &unsent, None, 0, Some(TOO_MANY))?;
            outbox::discard(tx, &unsent, now)
        }
        Err(NotQueued::Store(error)) => Err(error),
    }
}

/// Why a letter is not written.
#[derive(Debug, thiserror::Error)]
enum NotQueued {
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What links in mails lead to.
pub(crate) struct EmailLinks<'a> {
    /// The one that does what the mail is for.
    pub(crate) main: &'a str,
    /// The one that declines an invitation.
    pub(crate) decline: &'a str,
}

/// Makes a link that works once: its address.
pub(crate) fn make_link(
    tx: &mut Tx,
    app: &App,
    user: &User,
    purpose: Purpose,
) -> Result<Zeroizing<String>, StoreError> {
    let token = make_token(tx, app, user, purpose)?;
    Ok(address(app, page_of(purpose), &token))
}

fn make_token(tx: &mut Tx, app: &App, user: &User, purpose: Purpose) -> Result<LinkToken, StoreError> {
    let token = LinkToken::compose(&user.account, &random::token(32));
    let hash = app.vault().hash(Usage::Link, token.expose());
    links::insert(tx, &user.account, &hash, &user.id, purpose, app.now().after(purpose.lifetime()))?;
    Ok(token)
}

fn page_of(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::ConfirmEmail => "/confirm-email/",
        Purpose::ResetPassword | Purpose::AcceptInvitation => "/choose-password/",
    }
}

fn address(app: &App, page: &str, token: &LinkToken) -> Zeroizing<String> {
    Zeroizing::new(app.address_of(&format!("{page}{}", token.expose())))
}

/// Makes a link that works once and sends it to the person.
pub(crate) fn send_link(
    tx: &mut Tx,
    app: &App,
    user: &User,
    purpose: Purpose,
    email: impl FnOnce(&EmailLinks<'_>) -> AccountEmail,
) -> Result<(), StoreError> {
    let token = make_token(tx, app, user, purpose)?;
    let (main, decline) = (address(app, page_of(purpose), &token), address(app, "/decline-invitation/", &token));
    send(tx, app, &user.account, &user.email_address, &email(&EmailLinks { main: &main, decline: &decline }))
}
