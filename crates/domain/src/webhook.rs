//! Webhooks: which changes an application is told of, and how notices are named, signed and tried again (wire reference,
//! section 5).

use crate::change::{Kind, Thing, words};
use crate::id::WebhookId;
use crate::retry_policy::RetryPolicy;
use crate::time::Instant;
use std::time::Duration;

words! {
    /// The kinds of things that applications can be told of.
    Domain {
        Bookings = "bookings",
        SeatBlocks = "seatblocks",
        ResourceBlocks = "resourceblocks",
        Customers = "customers",
        Payments = "payments",
    }
}

impl Domain {
    /// The domain of a thing; nothing if applications are not told of such things.
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

    /// The things of the domain.
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

/// Which changes somebody is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Topic {
    pub domain: Domain,
    /// What happened to them.
    pub kind: Kind,
}

/// How many notices in a row may be dropped before a webhook is blocked (wire reference, section 9).
pub const BLOCKED_AFTER: i64 = 20;

/// How many notices of a webhook can wait. What comes on top is dropped at once.
pub const MOST_WAITING: i64 = 20_000;

/// How many more webhooks of one developer a server takes on, of those that have something to do, where there is room for so many
/// and it serves `served` of that developer already: never so many that it serves more of one developer than there is room left
/// for others. So whoever comes next finds room, however slow the receivers of those are that came before.
#[must_use]
pub fn share(room: usize, served: usize) -> usize {
    room.saturating_sub(served).div_ceil(2)
}

/// What names a notice for its receiver, who may get it twice and is to recognise it (wire reference, section 5.2): 23 or
/// more letters and digits. `number` says which notice of the webhook it is; a test that a developer sends has one below zero.
#[must_use]
pub fn message_id(webhook: &WebhookId, number: i64) -> String {
    let mark = if number < 0 { "T" } else { "" };
    format!("{webhook}{mark}{:0width$}", number.unsigned_abs(), width = 7 - mark.len())
}

/// The text that the signature of an attempt is over (wire reference, section 5.3): time in milliseconds, message id, URL as
/// it was registered, and body, with nothing between them.
#[must_use]
pub fn signed_text<'a>(timestamp: &'a str, message_id: &'a str, url: &'a str, body: &'a [u8]) -> [&'a [u8]; 4] {
    [timestamp.as_bytes(), message_id.as_bytes(), url.as_bytes(), body]
}

/// The text that a signature of the Standard Webhooks specification is over, with the time in seconds.
#[must_use]
pub fn standard_signed_text<'a>(message_id: &'a str, timestamp: &'a str, body: &'a [u8]) -> [&'a [u8]; 5] {
    [message_id.as_bytes(), b".", timestamp.as_bytes(), b".", body]
}

/// When to try again after so many tries in a row that failed; nothing when it is time to give up. `spread` is a random number:
/// up to a tenth of the wait is added, so that what failed together does not come back together. A receiver that asked to be
/// left alone for a while is, up to the longest wait of the schedule.
#[must_use]
pub fn next_attempt(
    schedule: &RetryPolicy,
    failed: i64,
    asked: Option<Duration>,
    spread: u64,
    now: Instant,
) -> Option<Instant> {
    let next = schedule.next_attempt(failed, now)?;
    let tenth = u64::try_from(next.since(now).as_millis() / 10).unwrap_or(u64::MAX).max(1);
    let next = next.after(Duration::from_millis(spread % tenth));
    Some(asked.map_or(next, |asked| next.max(not_before(schedule, asked, now))))
}

/// Until when a receiver is left alone that asked for so long: up to the longest wait of the schedule.
#[must_use]
pub fn not_before(schedule: &RetryPolicy, asked: Duration, now: Instant) -> Instant {
    now.after(asked.min(schedule.longest()))
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
        /// However many developers have whatever many webhooks, whoever is new gets room as long as there is any, and none has
        /// more than is left, but for the one that rounding gives.
        #[test]
        fn nobody_takes_all_the_room(places in 1usize..300, wishes in proptest::collection::vec(1usize..400, 1..12)) {
            let mut room = places;
            for request in wishes {
                let taken = share(room, 0).min(request);
                prop_assert_eq!(taken == 0, room == 0);
                room -= taken;
                prop_assert!(taken <= room + 1);
            }
        }

        #[test]
        fn waits_are_at_least_what_the_schedule_and_the_receiver_say(
            waits in proptest::collection::vec(1u64..=604_800, 1..=20), failed in 1i64..=21,
            asked in proptest::option::of(0u64..1_000_000), spread in any::<u64>(),
        ) {
            let now = Instant::from_millis(1_000);
            let schedule = RetryPolicy::new(waits.into_iter().map(Duration::from_secs)).expect("a schedule");
            let asked = asked.map(|asked| Duration::from_secs(asked).min(schedule.longest()));
            let plain = schedule.next_attempt(failed, now);
            let next = next_attempt(&schedule, failed, asked, spread, now);
            prop_assert_eq!(next.is_some(), plain.is_some());
            if let (Some(plain), Some(next)) = (plain, next) {
                let wait = next.since(now);
                let longest = (plain.since(now).mul_f64(1.1)).max(asked.unwrap_or_default());
                prop_assert!(wait >= plain.since(now) && wait <= longest);
                prop_assert!(asked.is_none_or(|asked| wait >= asked));
            }
        }
    }
}
