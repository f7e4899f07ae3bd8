//! Links in mails: confirm an e-mail address, choose a new password, accept an invitation.

use crate::App;
use crate::caller::SignedIn;
use crate::mail::{self, Letter};
use crate::passwords::PasswordError;
use crate::secrets::{self, Hash};
use crate::throttle::{self, Bucket, Origin};
use slotkeeper_domain::change::{Actor, Change, Kind, Thing};
use slotkeeper_domain::email::EmailAddress;
use slotkeeper_domain::id::{AccountId, UserId};
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::secret::{LinkToken, Password};
use slotkeeper_domain::throttle::TooMany;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::{links, sessions, users};
use slotkeeper_store::{StoreError, Tx};

/// Why a link was not sent or did not work.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The link is unknown, expired or used up.
    #[error("the link does not work any more")]
    Gone,
    /// Too many mails asked for.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The password pool is full.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sends a link to choose a new password, if somebody signs in with this address. The answer is the same if not.
///
/// # Errors
/// [`LinkError::TooMany`], or when the store fails.
pub async fn forgot_password(app: &App, address: EmailAddress, from: Origin) -> Result<(), LinkError> {
    throttle::take::<LinkError>(app, &[Bucket::LinkMail(address.as_str()), Bucket::LinkMailFrom(from)]).await?;
    let unit = app.clone();
    app.store()
        .tidy(move |tx| {
            if let Some(user) = users::find_by_email(tx, &address)? {
                mail::send_link(tx, &unit, &user, Purpose::ResetPassword, Letter::reset_password)?;
            }
            Ok::<_, LinkError>(())
        })
        .await?;
    app.mail_waiting().notify_one();
    Ok(())
}

/// Sends the link that confirms the person's address once more, unless it is confirmed.
///
/// # Errors
/// [`LinkError::TooMany`], or when the store fails.
pub async fn send_confirmation_again(app: &App, person: &SignedIn, from: Origin) -> Result<(), LinkError> {
    if person.user.email_confirmed_at.is_some() {
        return Ok(());
    }
    let address = person.user.email_address.as_str();
    throttle::take::<LinkError>(app, &[Bucket::LinkMail(address), Bucket::LinkMailFrom(from)]).await?;
    let (unit, user) = (app.clone(), person.user.clone());
    app.store()
        .tidy(move |tx| {
            mail::send_link(tx, &unit, &user, Purpose::ConfirmEmail, Letter::confirm_email)?;
            Ok::<_, LinkError>(())
        })
        .await?;
    app.mail_waiting().notify_one();
    Ok(())
}

/// The e-mail address of whom the link is for, if it works and is for one of these purposes. Nothing is used up:
/// programs that look at mails follow links before people do.
///
/// # Errors
/// [`LinkError::Gone`], or when the store fails.
pub async fn look(app: &App, token: &LinkToken, purposes: &'static [Purpose]) -> Result<EmailAddress, LinkError> {
    let (account, hash) = place(app, token)?;
    let now = app.now();
    app.store()
        .read(move |db| {
            let (user, purpose) = links::find(db, &account, &hash, now)?.ok_or(LinkError::Gone)?;
            let user = users::find(db, &account, &user)?.ok_or(LinkError::Gone)?;
            if purposes.contains(&purpose) { Ok(user.email_address) } else { Err(LinkError::Gone) }
        })
        .await
}

/// Notes that mail arrives at the address of whom the link is for.
///
/// # Errors
/// [`LinkError::Gone`], or when the store fails.
pub async fn confirm_email(app: &App, token: &LinkToken) -> Result<(), LinkError> {
    let (account, hash) = place(app, token)?;
    let now = app.now();
    app.store()
        .write(move |tx| {
            let user = take(tx, &account, &hash, &[Purpose::ConfirmEmail], now)?;
            users::confirm_email(tx, &account, &user, now)?;
            tx.record(updated(&account, &user, now));
            Ok(())
        })
        .await
}

/// Gives the person a new password, or the first one. Every session and every other link of the person ends;
/// whoever got the link receives mail at the address, so that is confirmed as well.
///
/// # Errors
/// [`LinkError`].
pub async fn choose_password(app: &App, token: &LinkToken, password: Password) -> Result<(), LinkError> {
    let (account, hash) = place(app, token)?;
    let password_hash = app.passwords().hash(password).await?;
    let now = app.now();
    app.store()
        .write(move |tx| {
            let user = take(tx, &account, &hash, &[Purpose::ResetPassword, Purpose::AcceptInvitation], now)?;
            users::set_password(tx, &account, &user, &password_hash)?;
            users::confirm_email(tx, &account, &user, now)?;
            sessions::delete_of_user(tx, &account, &user)?;
            links::delete_of_user(tx, &account, &user)?;
            tx.record(updated(&account, &user, now));
            Ok(())
        })
        .await
}

fn place(app: &App, token: &LinkToken) -> Result<(AccountId, Hash), LinkError> {
    let account = token.account().ok_or(LinkError::Gone)?;
    Ok((account, app.vault().hash(secrets::Usage::Link, token.expose())))
}

fn take(
    tx: &mut Tx,
    account: &AccountId,
    hash: &[u8],
    purposes: &[Purpose],
    now: Instant,
) -> Result<UserId, LinkError> {
    let (user, purpose) = links::find(tx, account, hash, now)?.ok_or(LinkError::Gone)?;
    if purposes.contains(&purpose) && links::take(tx, account, hash, now)? { Ok(user) } else { Err(LinkError::Gone) }
}

/// The person did it, by a link that only the person has.
fn updated(account: &AccountId, user: &UserId, at: Instant) -> Change {
    Actor::User(account.clone(), user.clone()).change(account, at, Thing::User, user.as_str(), Kind::Updated)
}
