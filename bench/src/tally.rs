//! The outcome of a race and its violations. Pure.

use crate::client::Answer;
use std::collections::{BTreeMap, BTreeSet};

/// The responses to one client, in order.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The response to the hold, if requested.
    pub hold: Option<Answer>,
    /// The response to the booking, if requested.
    pub booking: Option<Answer>,
    /// Why there was no response.
    pub no_answer: Option<String>,
}

impl Outcome {
    /// The booking number, if the client succeeded.
    fn won(&self) -> Option<&str> {
        self.booking.as_ref().filter(|answer| answer.status == 201)?.text("/bookingNumber")
    }

    /// A violation in the responses themselves.
    fn problem(&self) -> Option<String> {
        if let Some(why) = &self.no_answer {
            return Some(format!("no answer: {why}"));
        }
        let held = self.hold.as_ref().is_some_and(|hold| hold.status == 201);
        let Some(last) = self.booking.as_ref().or(self.hold.as_ref()) else {
            return Some("a client asked for nothing".to_owned());
        };
        match last.status {
            201 if self.won().is_none() => Some("a 201 without a booking number".to_owned()),
            201 => None,
            409 if held => Some(format!("a booking is refused although its client held a place: {}", last.body)),
            409 => unsaid(last).map(|why| format!("a 409 {why}: {}", last.body)),
            status => Some(format!("a status {status}: {}", last.body)),
        }
    }
}

/// What is missing in a refusal.
fn unsaid(refusal: &Answer) -> Option<&'static str> {
    let message = refusal.text("/message").unwrap_or_default();
    if refusal.body.pointer("/httpStatus").and_then(serde_json::Value::as_u64) != Some(409) {
        Some("without the error body")
    } else if refusal.text("/errorId").is_none_or(str::is_empty) {
        Some("without an errorId")
    } else if !message.contains("left") {
        Some("that does not say what is left")
    } else {
        None
    }
}

/// The contested seats or resources, before and after.
#[derive(Debug, Default)]
pub struct Contest {
    /// How many clients can succeed.
    pub places: usize,
    /// The number left on each server afterwards.
    pub left: Vec<i64>,
    /// The bookings in that time before the race.
    pub before: BTreeSet<String>,
    /// The bookings that each server lists afterwards.
    pub after: Vec<Vec<String>>,
}

/// The number of successful clients, and all violations.
#[must_use]
pub fn judge(contest: &Contest, outcomes: &[Outcome]) -> (usize, Vec<String>) {
    let mut problems = Vec::new();
    let mut same: BTreeMap<String, usize> = BTreeMap::new();
    for problem in outcomes.iter().filter_map(Outcome::problem) {
        *same.entry(problem).or_default() += 1;
    }
    problems.extend(same.into_iter().map(|(problem, times)| format!("{times} × {problem}")));

    let numbers: Vec<&str> = outcomes.iter().filter_map(Outcome::won).collect();
    let winners: BTreeSet<String> = numbers.iter().map(|&number| number.to_owned()).collect();
    if winners.len() != numbers.len() {
        problems.push("two clients were told the same booking number".to_owned());
    }
    let possible = contest.places.min(outcomes.len());
    if numbers.len() != possible {
        problems.push(format!("{} bookings succeeded, {possible} could", numbers.len()));
    }
    let left = i64::try_from(contest.places - possible).unwrap_or(i64::MAX);
    for shown in contest.left.iter().filter(|shown| **shown != left) {
        problems.push(format!("{shown} places are shown as left, {left} should be"));
    }
    let expected: BTreeSet<String> = contest.before.union(&winners).cloned().collect();
    for listed in &contest.after {
        let set: BTreeSet<String> = listed.iter().cloned().collect();
        if set.len() != listed.len() {
            problems.push("a booking is listed twice".to_owned());
        }
        for number in expected.difference(&set) {
            problems.push(format!("booking {number} is not listed"));
        }
        for number in set.difference(&expected) {
            problems.push(format!("booking {number} is listed and nobody was told of it"));
        }
    }
    (numbers.len(), problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn won(number: &str) -> Outcome {
        Outcome {
            booking: Some(Answer { status: 201, body: json!({ "bookingNumber": number }) }),
            ..Outcome::default()
        }
    }

    fn refusal(message: &str) -> Answer {
        Answer { status: 409, body: json!({ "httpStatus": 409, "message": message, "errorId": "e" }) }
    }

    fn lost() -> Outcome {
        Outcome { booking: Some(refusal("No seats are left; 1 wanted.")), ..Outcome::default() }
    }

    fn contest(after: &[&str]) -> Contest {
        let after = vec![after.iter().map(|&number| number.to_owned()).collect()];
        Contest { places: 2, left: vec![0], before: BTreeSet::from(["9".to_owned()]), after }
    }

    fn wrong(contest: &Contest, outcomes: &[Outcome]) -> String {
        let (_, problems) = judge(contest, outcomes);
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems[0].clone()
    }

    #[test]
    fn a_fair_race_has_no_problems() {
        let held = Outcome { hold: Some(Answer { status: 201, body: json!({ "id": "h" }) }), ..won("2") };
        let late = Outcome { hold: Some(refusal("No seats are left")), ..Outcome::default() };
        let outcomes = [won("1"), held, lost(), late];
        assert_eq!(judge(&contest(&["9", "1", "2"]), &outcomes), (2, vec![]));
    }

    #[test]
    fn fewer_clients_than_places_all_win() {
        let contest = Contest { left: vec![1], ..contest(&["9", "1"]) };
        assert_eq!(judge(&contest, &[won("1")]), (1, vec![]));
    }

    #[test]
    fn too_many_and_too_few_winners_are_found() {
        let three = [won("1"), won("2"), won("3")];
        assert!(wrong(&contest(&["9", "1", "2", "3"]), &three).contains("3 bookings succeeded, 2 could"));
        assert!(wrong(&contest(&["9", "1"]), &[won("1"), lost()]).contains("1 bookings succeeded, 2 could"));
    }

    #[test]
    fn every_other_answer_is_found() {
        let odd = |answer: Answer| {
            let outcome = Outcome { booking: Some(answer), ..Outcome::default() };
            wrong(&contest(&["9", "1", "2"]), &[won("1"), won("2"), outcome])
        };
        assert!(odd(Answer { status: 503, body: json!({}) }).contains("503"));
        assert!(odd(Answer { status: 429, body: json!({}) }).contains("429"));
        assert!(odd(Answer { status: 409, body: serde_json::Value::Null }).contains("error body"));
        assert!(odd(refusal("Conflict.")).contains("what is left"));
        let silent = Outcome { no_answer: Some("reset".to_owned()), ..Outcome::default() };
        assert!(wrong(&contest(&["9", "1", "2"]), &[won("1"), won("2"), silent]).contains("reset"));
    }

    #[test]
    fn a_hold_is_a_promise() {
        let hold = Some(Answer { status: 201, body: json!({ "id": "h" }) });
        let broken = Outcome { hold, ..lost() };
        assert!(wrong(&contest(&["9", "1", "2"]), &[won("1"), won("2"), broken]).contains("held a place"));
    }

    #[test]
    fn what_is_shown_afterwards_must_agree() {
        let outcomes = [won("1"), won("2"), lost()];
        assert!(wrong(&contest(&["9", "1"]), &outcomes).contains("2 is not listed"));
        assert!(wrong(&contest(&["1", "2"]), &outcomes).contains("9 is not listed"));
        assert!(wrong(&contest(&["9", "1", "2", "3"]), &outcomes).contains("3 is listed and nobody"));
        assert!(wrong(&contest(&["9", "1", "2", "2"]), &outcomes).contains("listed twice"));
        let shown = Contest { left: vec![0, 1], ..contest(&["9", "1", "2"]) };
        assert!(wrong(&shown, &outcomes).contains("1 places are shown"));
        assert!(!judge(&contest(&["9", "1"]), &[won("1"), won("1")]).1.is_empty());
    }
}
