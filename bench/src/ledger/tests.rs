//! What the comparison must find, and what it must accept.

use super::*;

fn live(event: &str) -> State {
    State { event: event.to_owned(), canceled: false }
}

fn canceled(event: &str) -> State {
    State { event: event.to_owned(), canceled: true }
}

fn seen(number: &str, reference: &str, state: State) -> Seen {
    Seen { number: number.to_owned(), reference: Some(reference.to_owned()), state, seats: 1 }
}

/// A ledger with booking 1, reference `r-1`, acknowledged for event A.
fn one() -> Ledger {
    let mut ledger = Ledger::default();
    ledger.asks("r-1", live("A"));
    ledger.acknowledged("r-1", Some("1"));
    ledger
}

#[test]
fn what_was_acknowledged_must_be_there() {
    assert_eq!(one().compare(&[seen("1", "r-1", live("A"))], Extent::All, "r-"), []);
    let lost = Finding::Lost { reference: "r-1".to_owned(), number: "1".to_owned() };
    assert!(lost.is_loss());
    assert_eq!(one().compare(&[], Extent::All, "r-"), std::slice::from_ref(&lost));
    assert_eq!(one().compare(&[seen("2", "r-1", live("A"))], Extent::All, "r-"), [lost]);
}

#[test]
fn an_acknowledged_change_must_be_there() {
    for (asked, other) in [(live("B"), live("A")), (canceled("A"), live("A"))] {
        let mut ledger = one();
        ledger.asks("r-1", asked.clone());
        ledger.acknowledged("r-1", None);
        assert_eq!(ledger.compare(&[seen("1", "r-1", asked)], Extent::All, "r-"), []);
        let findings = ledger.compare(&[seen("1", "r-1", other)], Extent::All, "r-");
        assert!(matches!(findings[..], [Finding::WrongState { .. }]) && findings[0].is_loss(), "{findings:?}");
    }
}

#[test]
fn a_change_without_an_answer_may_have_happened_or_not() {
    let mut ledger = one();
    ledger.asks("r-1", live("B"));
    assert_eq!(ledger.compare(&[seen("1", "r-1", live("A"))], Extent::All, "r-"), []);
    assert_eq!(ledger.compare(&[seen("1", "r-1", live("B"))], Extent::All, "r-"), []);
    assert_eq!(ledger.compare(&[seen("1", "r-1", canceled("B"))], Extent::All, "r-").len(), 1);
    assert_eq!(ledger.compare(&[], Extent::All, "r-").len(), 1);
    assert_eq!((ledger.count(), ledger.live().count()), ((1, 1), 0));
}

#[test]
fn a_creation_without_an_answer_may_be_there_or_not() {
    let mut ledger = Ledger::default();
    ledger.asks("r-1", live("A"));
    assert_eq!(ledger.compare(&[], Extent::All, "r-"), []);
    assert_eq!(ledger.compare(&[seen("7", "r-1", live("A"))], Extent::All, "r-"), []);
    let findings = ledger.compare(&[seen("7", "r-1", live("B"))], Extent::All, "r-");
    assert!(matches!(findings[..], [Finding::WrongState { acknowledged: None, .. }]) && !findings[0].is_loss());
}

#[test]
fn what_was_refused_must_not_happen() {
    let mut ledger = one();
    ledger.asks("r-1", live("B"));
    ledger.refused("r-1");
    assert_eq!(ledger.compare(&[seen("1", "r-1", live("B"))], Extent::All, "r-").len(), 1);

    ledger.asks("r-2", live("A"));
    ledger.refused("r-2");
    let shown = [seen("1", "r-1", live("A")), seen("2", "r-2", live("A"))];
    assert_eq!(ledger.compare(&shown, Extent::All, "r-"), [Finding::Phantom { reference: "r-2".to_owned() }]);
}

#[test]
fn bookings_of_others_are_not_ours() {
    let nameless = Seen { reference: None, ..seen("8", "", live("A")) };
    assert_eq!(
        one().compare(&[seen("1", "r-1", live("A")), seen("9", "x-9", live("A")), nameless], Extent::All, "r-"),
        []
    );
}

#[test]
fn nothing_may_be_there_twice() {
    let shown = [seen("1", "r-1", live("A")), seen("1", "r-1", live("A"))];
    assert_eq!(one().compare(&shown, Extent::All, "r-"), [Finding::Twice { reference: "r-1".to_owned() }]);
}

#[test]
fn settling_decides_what_had_no_answer() {
    let mut ledger = one();
    ledger.asks("r-1", live("B"));
    ledger.asks("r-2", live("A"));
    ledger.asks("r-3", live("A"));
    ledger.settle(&[seen("1", "r-1", live("B")), seen("3", "r-3", live("A"))], Extent::All);
    assert_eq!(ledger.live().collect::<Vec<_>>(), [("r-1", "1", "B"), ("r-3", "3", "A")]);
    assert_eq!(ledger.count(), (2, 0));
    assert_eq!(ledger.compare(&[seen("1", "r-1", live("A")), seen("3", "r-3", live("A"))], Extent::All, "r-").len(), 1);
}

#[test]
fn what_is_retired_is_asked_for_among_all_bookings_only() {
    let mut ledger = one();
    ledger.asks("r-1", canceled("A"));
    ledger.acknowledged("r-1", None);
    // Cancelled since the last comparison: it is among the recent ones.
    assert_eq!(ledger.compare(&[], Extent::Recent, "r-").len(), 1);
    ledger.settle(&[seen("1", "r-1", canceled("A"))], Extent::Recent);
    assert_eq!(ledger.compare(&[], Extent::Recent, "r-"), []);
    ledger.settle(&[], Extent::Recent);
    assert_eq!(ledger.compare(&[], Extent::All, "r-").len(), 1);
    assert_eq!(ledger.compare(&[seen("1", "r-1", live("A"))], Extent::Recent, "r-").len(), 1);
}

#[test]
fn ledgers_of_clients_become_one() {
    let (mut all, mut other) = (one(), Ledger::default());
    other.asks("r-2", live("B"));
    other.acknowledged("r-2", Some("2"));
    all.absorb(other);
    assert_eq!(all.live().count(), 2);
}

#[test]
fn claims_agree_with_live_bookings() {
    let seats = BTreeMap::from([("A".to_owned(), 10), ("B".to_owned(), 5)]);
    let bookings = [
        seen("1", "r-1", live("A")),
        Seen { seats: 3, ..seen("2", "r-2", live("A")) },
        seen("3", "r-3", canceled("B")),
        seen("4", "r-4", live("C")),
    ];
    let shows = |a: i64, b: i64| claims(&seats, &bookings, &BTreeMap::from([("A".to_owned(), a), ("B".to_owned(), b)]));
    assert_eq!(shows(6, 5), []);
    assert_eq!(shows(7, 5), [Finding::Claims { event: "A".to_owned(), expected: 6, shown: Some(7) }]);
    assert_eq!(shows(6, 4), [Finding::Claims { event: "B".to_owned(), expected: 5, shown: Some(4) }]);
    let missing = claims(&seats, &bookings, &BTreeMap::from([("A".to_owned(), 6)]));
    assert_eq!(missing, [Finding::Claims { event: "B".to_owned(), expected: 5, shown: None }]);
}
