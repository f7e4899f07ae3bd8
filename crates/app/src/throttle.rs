//! Limits on how often something may be tried, shared by all nodes and kept across restarts.

use crate::App;
use crate::secrets::Usage;
use slotkeeper_domain::id::{AccountId, ApplicationId, CustomerId, UserId};
use slotkeeper_domain::throttle::{Limit, TooMany};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::buckets;
use std::net::IpAddr;
use std::time::Duration;

/// Where a try comes from: the address of the client, or for IPv6 its network, of which one client owns 2⁶⁴ addresses.
#[derive(Debug, Clone, Copy)]
pub struct Origin(IpAddr);

impl Origin {
    /// The origin of a client.
    #[must_use]
    pub fn of(client: IpAddr) -> Self {
        match client.to_canonical() {
            IpAddr::V6(address) => Self(IpAddr::V6((u128::from(address) >> 64 << 64).into())),
            v4 @ IpAddr::V4(_) => Self(v4),
        }
    }
}

/// What is limited, by what.
pub(crate) enum Bucket<'a> {
    /// Signing in to one user from one origin: what a person who forgot does.
    SignInHere(&'a str, Origin),
    /// Signing in to one user from anywhere: a guesser with many machines. Wide, for it can lock the person out.
    SignInAnywhere(&'a str),
    /// Signing in to anybody from one origin: one guesser with many names.
    SignInFrom(Origin),
    /// Trying passwords of one customer, whoever asks: what a person who forgot does.
    CustomerPassword(&'a AccountId, &'a CustomerId),
    /// Trying passwords of one business's customers through one application: a guesser with many customers.
    CustomerPasswords(&'a AccountId, &'a ApplicationId),
    /// Creating accounts from one origin.
    SignUp(Origin),
    /// Mails with links to one address.
    LinkMail(&'a str),
    /// Asking for mails with links from one origin.
    LinkMailFrom(Origin),
    /// Inviting people to one account.
    Invite(&'a AccountId),
    /// Questions put to one person.
    Question(&'a UserId),
}

impl Bucket<'_> {
    fn limit(&self) -> Limit {
        let (burst, seconds) = match self {
            Self::SignInHere(..) => (10, 60),
            Self::SignInAnywhere(_) => (100, 30),
            Self::SignInFrom(_) => (60, 10),
            Self::CustomerPassword(..) => (10, 60),
            Self::CustomerPasswords(..) => (100, 2),
            Self::SignUp(_) => (20, 180),
            Self::LinkMail(_) => (5, 600),
            Self::LinkMailFrom(_) => (30, 60),
            Self::Invite(_) => (30, 600),
            Self::Question(_) => (100, 60),
        };
        Limit { burst, interval: Duration::from_secs(seconds) }
    }

    fn key(&self) -> String {
        match self {
            Self::SignInHere(user, Origin(from)) => format!("sign-in-here/{from}/{user}"),
            Self::SignInAnywhere(user) => format!("sign-in-anywhere/{user}"),
            Self::SignInFrom(Origin(from)) => format!("sign-in-from/{from}"),
            Self::CustomerPassword(account, customer) => format!("customer-password/{account}/{customer}"),
            Self::CustomerPasswords(account, application) => format!("customer-passwords/{account}/{application}"),
            Self::SignUp(Origin(from)) => format!("sign-up/{from}"),
            Self::LinkMail(address) => format!("link-mail/{address}"),
            Self::LinkMailFrom(Origin(from)) => format!("link-mail-from/{from}"),
            Self::Invite(account) => format!("invite/{account}"),
            Self::Question(user) => format!("question/{user}"),
        }
    }
}

/// Counts one try in every bucket, or in none when one of them is full. Counting comes before the try, so that a
/// thousand tries at once are a thousand tries.
///
/// # Errors
/// [`TooMany`] when a bucket is full; when the store fails, for nothing is let through that cannot be counted.
pub(crate) async fn take<E>(app: &App, buckets: &[Bucket<'_>]) -> Result<(), E>
where
    E: From<TooMany> + From<StoreError> + Send + 'static,
{
    let mut limits: Vec<_> =
        buckets.iter().map(|bucket| (app.vault().hash(Usage::Bucket, &bucket.key()), bucket.limit())).collect();
    // Locked in sorted order, so that two callers never wait for each other.
    limits.sort_unstable_by_key(|(bucket, _)| *bucket);
    let now = app.now();
    app.store()
        .tidy(move |tx| {
            let mut taken = Vec::with_capacity(limits.len());
            for (bucket, limit) in &limits {
                let busy_until = buckets::find_locked(tx, bucket)?;
                taken.push((bucket, limit.take(busy_until, now)?));
            }
            for (bucket, busy_until) in taken {
                buckets::set(tx, bucket, busy_until)?;
            }
            Ok(())
        })
        .await
}

/// Forgets the tries in these buckets: the last one succeeded.
pub(crate) async fn forgive(app: &App, buckets: &[Bucket<'_>]) -> Result<(), StoreError> {
    let mut keys: Vec<_> = buckets.iter().map(|bucket| app.vault().hash(Usage::Bucket, &bucket.key())).collect();
    // In the order in which they are taken.
    keys.sort_unstable();
    app.store()
        .tidy(move |tx| {
            for key in &keys {
                buckets::delete(tx, key)?;
            }
            Ok(())
        })
        .await
}
