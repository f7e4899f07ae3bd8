//! Compares deliveries with the acknowledged changes and the server's change log. Pure.

use std::collections::{BTreeMap, BTreeSet};

/// A change of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    pub number: i64,
    /// Domain and type, as in `customers/created`.
    pub topic: String,
    pub thing: String,
}

/// A delivery as the receiver saw it, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The topic of the webhook.
    pub topic: String,
    /// The number at the end of the message id.
    pub number: i64,
    /// The id in the body.
    pub thing: String,
    /// Whether it is being accepted; otherwise it has just arrived.
    pub taken: bool,
}

/// The changes of a thing that clients requested.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    pub acknowledged: usize,
    /// Requests without a response, which may have been done.
    pub open: usize,
}

/// By topic and thing.
pub type Ledger = BTreeMap<(String, String), Asked>;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Acknowledged changes that are not in the log.
    pub lost: Vec<String>,
    /// Changes of the log without a delivery.
    pub missing: Vec<String>,
    pub wrong: Vec<String>,
}

impl Verdict {
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        [&self.lost[..], &self.missing, &self.wrong].concat()
    }
}

#[must_use]
pub fn missing<'l>(logged: &'l [Logged], seen: &[Seen]) -> Vec<&'l Logged> {
    let taken: BTreeSet<_> = seen.iter().filter(|one| one.taken).map(|one| one.number).collect();
    logged.iter().filter(|change| !taken.contains(&change.number)).collect()
}

/// Compares acknowledged changes with the log, and the log with the deliveries. `logged` has the registered topics
/// only.
#[must_use]
pub fn compare(ledger: &Ledger, logged: &[Logged], seen: &[Seen]) -> Verdict {
    let mut verdict = Verdict::default();
    acknowledged_is_logged(ledger, logged, &mut verdict);
    for Logged { number, topic, thing } in missing(logged, seen) {
        verdict.missing.push(format!("{topic} of {thing}, number {number}, never arrived"));
    }
    verdict.wrong.extend(strange(logged, seen));
    verdict.wrong.extend(out_of_order(logged, seen));
    verdict
}

fn acknowledged_is_logged(ledger: &Ledger, logged: &[Logged], verdict: &mut Verdict) {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for change in logged {
        *counts.entry((&change.topic, &change.thing)).or_default() += 1;
    }
    for ((topic, thing), asked) in ledger {
        let count = counts.get(&(topic.as_str(), thing.as_str())).copied().unwrap_or(0);
        if count < asked.acknowledged {
            let number = asked.acknowledged;
            verdict.lost.push(format!("{number} × {topic} of {thing} acknowledged, {count} in the list of changes"));
        }
        if count > asked.acknowledged + asked.open {
            let most = asked.acknowledged + asked.open;
            verdict.wrong.push(format!("{count} × {topic} of {thing} in the list of changes, {most} asked for"));
        }
    }
}

/// Deliveries without a change.
fn strange(logged: &[Logged], seen: &[Seen]) -> Vec<String> {
    let happened: BTreeMap<i64, &Logged> = logged.iter().map(|change| (change.number, change)).collect();
    let strange = seen.iter().filter(|one| {
        happened.get(&one.number).is_none_or(|change| change.topic != one.topic || change.thing != one.thing)
    });
    strange.map(|one| format!("{} of {}, number {}, never happened", one.topic, one.thing, one.number)).collect()
}

/// Deliveries sent before all earlier changes of the thing had been accepted, also those of other types with webhooks
/// of their own. Only first deliveries count: repeated ones may come late and are known by their id.
fn out_of_order(logged: &[Logged], seen: &[Seen]) -> Vec<String> {
    let mut earlier: BTreeMap<(&str, &str), Vec<i64>> = BTreeMap::new();
    let mut before: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for change in logged {
        let of_thing = earlier.entry((domain(&change.topic), &change.thing)).or_default();
        before.insert(change.number, of_thing.clone());
        of_thing.push(change.number);
    }
    let (mut taken, mut known, mut wrong) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for one in seen {
        if one.taken {
            taken.insert(one.number);
        } else if known.insert(one.number) {
            for number in before.get(&one.number).into_iter().flatten().filter(|number| !taken.contains(*number)) {
                wrong.push(format!(
                    "{} of {}, number {}, came before {number} had arrived",
                    one.topic, one.thing, one.number
                ));
            }
        }
    }
    wrong
}

fn domain(topic: &str) -> &str {
    topic.split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "customers/updated";

    fn logged(numbers: &[(i64, &str)]) -> Vec<Logged> {
        let one =
            |(number, thing): &(i64, &str)| Logged { number: *number, topic: TOPIC.into(), thing: (*thing).into() };
        numbers.iter().map(one).collect()
    }

    fn seen(number: i64, thing: &str, taken: bool) -> Seen {
        Seen { topic: TOPIC.into(), number, thing: thing.into(), taken }
    }

    fn ledger(thing: &str, acknowledged: usize, open: usize) -> Ledger {
        [((TOPIC.to_owned(), thing.to_owned()), Asked { acknowledged, open })].into()
    }

    #[test]
    fn what_is_right_is_right() {
        let log = logged(&[(3, "a"), (4, "b"), (7, "a")]);
        // Number 4 is pending while number 7 is sent: another thing. Number 3 comes again, late.
        let all = [
            seen(3, "a", false),
            seen(4, "b", false),
            seen(3, "a", true),
            seen(7, "a", false),
            seen(7, "a", true),
            seen(3, "a", false),
            seen(4, "b", false),
            seen(4, "b", true),
        ];
        for ledger in [ledger("a", 2, 0), ledger("a", 1, 1), ledger("a", 2, 5), Ledger::new()] {
            assert_eq!(compare(&ledger, &log, &all), Verdict::default());
        }
    }

    #[test]
    fn each_fault_is_found() {
        let log = logged(&[(3, "a"), (7, "a")]);
        let right = [seen(3, "a", false), seen(3, "a", true), seen(7, "a", false), seen(7, "a", true)];
        let counts = |ledger: &Ledger, seen: &[Seen]| {
            let Verdict { lost, missing, wrong } = compare(ledger, &log, seen);
            (lost.len(), missing.len(), wrong.len())
        };
        let nothing = Ledger::new();
        assert_eq!(counts(&ledger("a", 3, 0), &right), (1, 0, 0), "acknowledged and not in the list");
        assert_eq!(counts(&ledger("b", 1, 0), &right), (1, 0, 0), "acknowledged and not in the list");
        assert_eq!(counts(&ledger("a", 1, 0), &right), (0, 0, 1), "in the list and not asked for");
        assert_eq!(counts(&nothing, &right[..3]), (0, 1, 0), "sent and not taken");
        assert_eq!(counts(&nothing, &right[..2]), (0, 1, 0), "not sent");
        assert_eq!(counts(&nothing, &[&right[..], &[seen(9, "a", false)]].concat()), (0, 0, 1), "never happened");
        assert_eq!(counts(&nothing, &[&right[..], &[seen(7, "b", false)]].concat()), (0, 0, 1), "another thing");
        let early = [right[0].clone(), right[2].clone(), right[1].clone(), right[3].clone()];
        assert_eq!(counts(&nothing, &early), (0, 0, 1), "sent before the one before was taken");
        let turned = [right[2].clone(), right[3].clone(), right[0].clone(), right[1].clone()];
        assert_eq!(counts(&nothing, &turned), (0, 0, 1), "in the wrong order");
        let of = |number, topic: &str| Logged { number, topic: topic.into(), thing: "a".into() };
        let came = |number, topic: &str, taken| Seen { number, topic: topic.into(), thing: "a".into(), taken };
        let types = ["customers/created", TOPIC];
        let (log, other) = ([of(3, types[0]), of(7, types[1])], [of(3, "bookings/created"), of(7, types[1])]);
        let turned =
            |first: &str| [came(7, TOPIC, false), came(7, TOPIC, true), came(3, first, false), came(3, first, true)];
        assert_eq!(compare(&nothing, &log, &turned(types[0])).wrong.len(), 1, "an update before the creation");
        assert_eq!(compare(&nothing, &other, &turned("bookings/created")).wrong.len(), 0, "another domain");
    }
}
