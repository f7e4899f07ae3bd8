//! Limits on how often something may be tried, shared by all nodes and kept across restarts.

use crate::App;
use crate::secrets::{Hash, Usage};
use slotkeeper_domain::id::{AccountId, ApplicationId, CustomerId, UserId};
use slotkeeper_domain::network::{Networks, first};
use slotkeeper_domain::throttle::{Limit, TooMany};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::buckets;
use slotkeeper_store::{StoreError, Tx};
use std::net::IpAddr;
use std::time::Duration;

/// Where a try comes from: the address of the client, or for IPv6 its network, of which one client owns 2⁶⁴ addresses.
#[derive(Debug, Clone, Copy)]
pub struct Origin(IpAddr);

impl Origin {
    /// The origin of a client.
    #[must_use]
    pub fn of(client: IpAddr) -> Self {
        Self(first(client, 64))
    }

    /// The wider networks it is in.
    pub(crate) fn networks(self) -> Networks {
        Networks::of(self.0)
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
    /// Signing in to one user on a device on which that user signed in before: no guesser elsewhere can fill it.
    SignInOn(&'a str, &'a str),
    /// Trying passwords of one customer, whoever asks: what a person who forgot does.
    CustomerPassword(&'a AccountId, &'a CustomerId),
    /// Trying passwords of one business's customers through one application: a guesser with many customers.
    CustomerPasswords(&'a AccountId, &'a ApplicationId),
    /// Creating accounts from one origin.
    SignUp(Origin),
    /// Mails with links to one address, whoever asks for them.
    LinkMail(&'a str),
    /// The same in the course of a day.
    LinkMailInADay(&'a str),
    /// Mails to a developer about the applications: keys, and webhooks that are blocked.
    DeveloperMail(&'a str),
    /// The same in the course of a day.
    DeveloperMailInADay(&'a str),
    /// Letters about bookings to one customer's address, whichever business writes.
    Letter(&'a str),
    /// The same in the course of a day.
    LetterInADay(&'a str),
    /// Letters about bookings to one address of somebody who works for a business.
    StaffLetter(&'a str),
    /// The same in the course of a day.
    StaffLetterInADay(&'a str),
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
            Self::SignInHere(..) | Self::SignInOn(..) => (10, 60),
            Self::SignInAnywhere(_) => (100, 30),
            Self::SignInFrom(_) => (60, 10),
            Self::CustomerPassword(..) => (10, 60),
            Self::CustomerPasswords(..) => (100, 2),
            Self::SignUp(_) => (20, 180),
            Self::LinkMail(_) => (5, 600),
            Self::LinkMailInADay(_) => (20, 4_320),
            Self::DeveloperMail(_) => (60, 60),
            Self::DeveloperMailInADay(_) => (300, 288),
            Self::Letter(_) => (20, 180),
            Self::LetterInADay(_) => (60, 1_440),
            Self::StaffLetter(_) => (120, 30),
            Self::StaffLetterInADay(_) => (600, 144),
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
            Self::SignInOn(user, device) => format!("sign-in-on/{device}/{user}"),
            Self::CustomerPassword(account, customer) => format!("customer-password/{account}/{customer}"),
            Self::CustomerPasswords(account, application) => format!("customer-passwords/{account}/{application}"),
            Self::SignUp(Origin(from)) => format!("sign-up/{from}"),
            Self::LinkMail(address) => format!("link-mail/{address}"),
            Self::LinkMailInADay(address) => format!("link-mail-in-a-day/{address}"),
            Self::DeveloperMail(address) => format!("developer-mail/{address}"),
            Self::DeveloperMailInADay(address) => format!("developer-mail-in-a-day/{address}"),
            Self::Letter(address) => format!("letter/{address}"),
            Self::LetterInADay(address) => format!("letter-in-a-day/{address}"),
            Self::StaffLetter(address) => format!("staff-letter/{address}"),
            Self::StaffLetterInADay(address) => format!("staff-letter-in-a-day/{address}"),
            Self::LinkMailFrom(Origin(from)) => format!("link-mail-from/{from}"),
            Self::Invite(account) => format!("invite/{account}"),
            Self::Question(user) => format!("question/{user}"),
        }
    }
}

/// What a mail with a link that somebody asks for counts in.
pub(crate) fn link_mail(address: &str, from: Origin) -> [Bucket<'_>; 3] {
    [Bucket::LinkMail(address), Bucket::LinkMailInADay(address), Bucket::LinkMailFrom(from)]
}

/// Counts one try in every bucket, or in none when one of them is full. Counting comes before the try, so that a
/// thousand tries at once are a thousand tries.
///
/// # Errors
/// [`TooMany`] when a bucket is full; when the store fails, for nothing is let through that cannot be counted.
pub(crate) async fn take<'b, E>(app: &App, buckets: impl IntoIterator<Item = &'b Bucket<'b>>) -> Result<(), E>
where
    E: From<TooMany> + From<StoreError> + Send + 'static,
{
    let limits = limits(app, buckets);
    let now = app.now();
    app.store().write_unlogged(move |tx| take_all(tx, &limits, now)).await
}

/// The same within the transaction of what is limited: what is rolled back was not tried.
///
/// # Errors
/// [`TooMany`] when a bucket is full; when the store fails.
pub(crate) fn take_within<'b, E>(
    tx: &mut Tx,
    app: &App,
    buckets: impl IntoIterator<Item = &'b Bucket<'b>>,
) -> Result<(), E>
where
    E: From<TooMany> + From<StoreError>,
{
    take_all(tx, &limits(app, buckets), app.now())
}

/// Buckets as they are kept, and their limits. Sorted, because they are locked in this order, so that two callers never wait
/// for each other.
fn limits<'b>(app: &App, buckets: impl IntoIterator<Item = &'b Bucket<'b>>) -> Vec<(Hash, Limit)> {
    let key = |bucket: &Bucket<'_>| app.vault().hash(Usage::Bucket, &bucket.key());
    let mut limits: Vec<_> = buckets.into_iter().map(|bucket| (key(bucket), bucket.limit())).collect();
    limits.sort_unstable_by_key(|(bucket, _)| *bucket);
    limits
}

fn take_all<E: From<TooMany> + From<StoreError>>(tx: &mut Tx, limits: &[(Hash, Limit)], now: Instant) -> Result<(), E> {
    let mut taken = Vec::with_capacity(limits.len());
    for (bucket, limit) in limits {
        let busy_until = buckets::find_locked(tx, bucket)?;
        taken.push((bucket, limit.take(busy_until, now)?));
    }
    for (bucket, busy_until) in taken {
        buckets::set(tx, bucket, busy_until)?;
    }
    Ok(())
}

/// How long nobody is invited anew who declined.
const DECLINED_FOR: Duration = Duration::from_secs(90 * 24 * 3_600);

fn declined_key(app: &App, account: &AccountId, address: &str) -> Hash {
    app.vault().hash(Usage::Bucket, &format!("declined/{account}/{address}"))
}

/// Notes that somebody declined an invitation to an account.
pub(crate) fn decline(tx: &mut Tx, app: &App, account: &AccountId, address: &str) -> Result<(), StoreError> {
    let key = declined_key(app, account, address);
    buckets::find_locked(tx, &key)?;
    buckets::set(tx, &key, app.now().after(DECLINED_FOR))
}

/// Whether somebody declined an invitation to an account not long ago.
pub(crate) fn declined(tx: &mut Tx, app: &App, account: &AccountId, address: &str) -> Result<bool, StoreError> {
    let until = buckets::find_locked(tx, &declined_key(app, account, address))?;
    Ok(until.is_some_and(|until| until > app.now()))
}

/// Forgets the tries in these buckets: the last one succeeded.
pub(crate) async fn forgive(app: &App, buckets: &[Bucket<'_>]) -> Result<(), StoreError> {
    let mut keys: Vec<_> = buckets.iter().map(|bucket| app.vault().hash(Usage::Bucket, &bucket.key())).collect();
    // In the order in which they are taken.
    keys.sort_unstable();
    app.store()
        .write_unlogged(move |tx| {
            for key in &keys {
                buckets::delete(tx, key)?;
            }
            Ok(())
        })
        .await
}
