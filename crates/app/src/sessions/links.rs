//! What the use cases around links in mails share. What a link is good for stands beside this file: confirm an e-mail
//! address, choose a new password, accept an invitation.

use crate::App;
use crate::passwords::PasswordError;
use crate::secrets::{self, Hash};
use slotkeeper_domain::account::Name;
use slotkeeper_domain::change::{Actor, Change, Kind, Subject};
use slotkeeper_domain::id::{AccountId, UserId};
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::secret::LinkToken;
use slotkeeper_domain::throttle::TooMany;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::users::User;
use slotkeeper_store::tables::{accounts, links, users};
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
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whom a link is for, and for what.
#[derive(Debug)]
pub struct Link {
    pub user: User,
    /// What the person's account is called.
    pub account: Name,
    /// What it is good for.
    pub purpose: Purpose,
}

/// Whom the link is for, if it works and is for one of these purposes. Nothing is used up: programs that look at mails
/// follow links before people do.
///
/// # Errors
/// [`LinkError::Gone`], or when the store fails.
pub async fn look(app: &App, token: &LinkToken, purposes: &'static [Purpose]) -> Result<Link, LinkError> {
    let (place, hash) = place(app, token)?;
    let now = app.now();
    app.store()
        .read(move |db| {
            let (user, purpose) = links::find(db, &place, &hash, now)?.ok_or(LinkError::Gone)?;
            let user = users::find(db, &place, &user)?.filter(|_| purposes.contains(&purpose));
            let account = accounts::find(db, &place)?.map(|account| account.name);
            let (user, account) = user.zip(account).ok_or(LinkError::Gone)?;
            Ok(Link { user, account, purpose })
        })
        .await
}

/// Where a link is kept: the account it names, and its hash.
pub(crate) fn place(app: &App, token: &LinkToken) -> Result<(AccountId, Hash), LinkError> {
    let account = token.account().ok_or(LinkError::Gone)?;
    Ok((account, app.vault().hash(secrets::Usage::Link, token.expose())))
}

/// Uses a link up, if it works and is for one of these purposes; whose it was, and for what.
pub(crate) fn take(
    tx: &mut Tx,
    account: &AccountId,
    hash: &[u8],
    purposes: &[Purpose],
    now: Instant,
) -> Result<(UserId, Purpose), LinkError> {
    let (user, purpose) = links::find(tx, account, hash, now)?.ok_or(LinkError::Gone)?;
    let taken = purposes.contains(&purpose) && links::consume(tx, account, hash, now)?;
    if taken { Ok((user, purpose)) } else { Err(LinkError::Gone) }
}

/// The person did it, by a link that only the person has.
pub(super) fn updated(account: &AccountId, user: &UserId, at: Instant) -> Change {
    Actor::User(account.clone(), user.clone()).change(account, at, Subject::user(user), Kind::Updated)
}
