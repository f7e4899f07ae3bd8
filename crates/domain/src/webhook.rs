//! Webhooks: topics, message ids, signed texts and the time of the next attempt (wire reference, section 5).

use crate::change::{Kind, Thing, words};
use crate::id::WebhookId;
use crate::retry_policy::RetryPolicy;
use crate::time::Instant;
use std::time::Duration;

words! {
    /// The kinds of things that webhooks can be registered for.
    Domain {
        Bookings = "bookings",
        SeatBlocks = "seatblocks",
        ResourceBlocks = "resourceblocks",
        Customers = "customers",
        Payments = "payments",
    }
}

impl Domain {
    /// `None` if webhooks do not cover such things.
    #[must_use]
    pub fn of(thing: Thing) -> Option<Self> {
        match thing {
            Thing::Booking => Some(Self::Bookings),
            Thing::SeatBlock => Some(Self::SeatBlocks),
            Thing::ResourceBlock => Some(Self::ResourceBlocks),
            Thing::Customer => Some(Self::Customers),
            Thing::Payment => Some(Self::Payments),
            Thing::Account
            | Thing::User
            | Thing::Application
            | Thing::SecretKey
            | Thing::Authorization
            | Thing::Catalogue
            | Thing::LinkedPerson
            | Thing::Promotion
            | Thing::Voucher
            | Thing::Webhook
            | Thing::Calendar => None,
        }
    }

    #[must_use]
    pub fn thing(self) -> Thing {
        match self {
            Self::Bookings => Thing::Booking,
            Self::SeatBlocks => Thing::SeatBlock,
            Self::ResourceBlocks => Thing::ResourceBlock,
            Self::Customers => Thing::Customer,
            Self::Payments => Thing::Payment,
        }
    }
}

/// A kind of thing and what happened to it. A webhook is registered for topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Topic {
    pub domain: Domain,
    pub kind: Kind,
}

/// A webhook is blocked after this many failed deliveries in a row (wire reference, section 9).
pub const BLOCKED_AFTER: i64 = 20;

/// Maximum number of pending deliveries of a webhook. Further deliveries are discarded at once.
pub const MOST_WAITING: i64 = 20_000;

/// How many more webhooks of one developer a server leases, with room for `room` more webhooks and `served` of this
/// developer leased already. Afterwards the developer has no more leased than is left for the others, rounded up, so
/// that the slow receivers of one developer never take all the room.
#[must_use]
pub fn share(room: usize, served: usize) -> usize {
    room.saturating_sub(served).div_ceil(2)
}

/// The message id of a delivery, by which a receiver recognises repeated attempts (wire reference, section 5.2): 23 or
/// more letters and digits. `number` counts the deliveries of the webhook; test deliveries have negative numbers.
#[must_use]
pub fn message_id(webhook: &WebhookId, number: i64) -> String {
    // The mark keeps ids of test deliveries apart from those of real ones.
    let mark = if number < 0 { "T" } else { "" };
    format!("{webhook}{mark}{:0width$}", number.unsigned_abs(), width = 7 - mark.len())
}

/// The text that the signature covers (wire reference, section 5.3), in parts without separators: time in milliseconds,
/// message id, URL as registered, body.
#[must_use]
pub fn signed_text<'a>(timestamp: &'a str, message_id: &'a str, url: &'a str, body: &'a [u8]) -> [&'a [u8]; 4] {
    [timestamp.as_bytes(), message_id.as_bytes(), url.as_bytes(), body]
}

/// The text that the signature of the Standard Webhooks specification covers. `timestamp` is in seconds.
#[must_use]
pub fn standard_signed_text<'a>(message_id: &'a str, timestamp: &'a str, body: &'a [u8]) -> [&'a [u8]; 5] {
    [message_id.as_bytes(), b".", timestamp.as_bytes(), b".", body]
}

/// The time of the next attempt after `failed` failed attempts in a row; `None` if that was the last one.
///
/// `jitter` is a random number: up to a tenth of the delay is added, so that deliveries that failed together are not
/// repeated together. `retry_after` is the delay that the receiver asked for; it is honoured up to the longest delay of
/// the policy.
#[must_use]
pub fn next_attempt(
    policy: &RetryPolicy,
    failed: i64,
    retry_after: Option<Duration>,
    jitter: u64,
    now: Instant,
) -> Option<Instant> {
    let next = policy.next_attempt(failed, now)?;
    let tenth = u64::try_from(next.since(now).as_millis() / 10).unwrap_or(u64::MAX).max(1);
    let next = next.after(Duration::from_millis(jitter % tenth));
    Some(retry_after.map_or(next, |retry_after| next.max(not_before(policy, retry_after, now))))
}

/// The earliest time of the next attempt after the receiver asked for this delay, which counts up to the longest delay
/// of the policy.
#[must_use]
pub fn not_before(policy: &RetryPolicy, retry_after: Duration, now: Instant) -> Instant {
    now.after(retry_after.min(policy.longest()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn domains_and_things_belong_together() {
        for domain in Domain::ALL {
            assert_eq!(Domain::of(domain.thing()), Some(*domain));
        }
        assert_eq!(Thing::ALL.iter().filter(|thing| Domain::of(**thing).is_some()).count(), Domain::ALL.len());
    }

    #[test]
    fn a_message_id_is_letters_and_digits_and_tests_have_their_own() {
        let webhook: WebhookId = "ABCDEFGHIJKLMNOP".parse().expect("an id");
        assert_eq!(message_id(&webhook, 7), "ABCDEFGHIJKLMNOP0000007");
        assert_eq!(message_id(&webhook, 123_456_789), "ABCDEFGHIJKLMNOP123456789");
        assert_eq!(message_id(&webhook, -1), "ABCDEFGHIJKLMNOPT000001");
    }

    proptest! {
        /// However many developers and webhooks there are, a new developer gets room as long as there is any, and none
        /// gets more than is left, except for rounding up.
        #[test]
        fn no_developer_takes_all_the_room(places in 1usize..300, wishes in proptest::collection::vec(1usize..400, 1..12)) {
            let mut room = places;
            for request in wishes {
                let taken = share(room, 0).min(request);
                prop_assert_eq!(taken == 0, room == 0);
                room -= taken;
                prop_assert!(taken <= room + 1);
            }
        }

        #[test]
        fn delays_are_at_least_those_of_the_policy_and_the_receiver(
            waits in proptest::collection::vec(1u64..=604_800, 1..=20), failed in 1i64..=21,
            retry_after in proptest::option::of(0u64..1_000_000), jitter in any::<u64>(),
        ) {
            let now = Instant::from_millis(1_000);
            let policy = RetryPolicy::new(waits.into_iter().map(Duration::from_secs)).expect("a retry policy");
            let retry_after = retry_after.map(|retry_after| Duration::from_secs(retry_after).min(policy.longest()));
            let plain = policy.next_attempt(failed, now);
            let next = next_attempt(&policy, failed, retry_after, jitter, now);
            prop_assert_eq!(next.is_some(), plain.is_some());
            if let (Some(plain), Some(next)) = (plain, next) {
                let wait = next.since(now);
                let longest = (plain.since(now).mul_f64(1.1)).max(retry_after.unwrap_or_default());
                prop_assert!(wait >= plain.since(now) && wait <= longest);
                prop_assert!(retry_after.is_none_or(|retry_after| wait >= retry_after));
            }
        }
    }
}
