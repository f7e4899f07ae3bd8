//! Counts customers and payments within times: sums of whole days, which triggers keep, and the rows of the two days at
//! the ends.

use crate::{Param, Snapshot, StoreError, statements};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::payment::PaymentMethod;
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::visibility::Visibility;

/// The days in between, and the rows at both ends. A condition on the creator comes last.
#[rustfmt::skip]
macro_rules! counted {
    ($of:literal, $at:literal, $days:literal, $rows:literal) => {
        concat!(
            "SELECT (SELECT COALESCE(CAST(SUM(n) AS BIGINT), 0) FROM counted_by_day
                     WHERE account_id = ?1 AND thing = '", $of, "' AND day > ?2 AND day < ?3", $days, ")
                  + (SELECT COUNT(*) FROM ", $of, " WHERE account_id = ?1 AND ", $at, " BETWEEN ?4 AND ?5", $rows, ")
                  + (SELECT COUNT(*) FROM ", $of, " WHERE account_id = ?1 AND ", $at, " BETWEEN ?6 AND ?7", $rows, ")"
        )
    };
}

statements! {
    ALL_CUSTOMERS = "SELECT num_customers FROM account WHERE id = ?1";
    CUSTOMERS = counted!("customer", "created_at", "", "");
    CUSTOMERS_OWN = counted!("customer", "created_at", " AND creator = ?8", " AND application_id = ?8");
    PAYMENTS = counted!("payment", "received_at", "", "");
    PAYMENTS_OWN = counted!("payment", "received_at", " AND creator = ?8", " AND application_id = ?8");
    PAYMENTS_BY = counted!("payment", "received_at", " AND method = ?8", " AND method = ?8");
    PAYMENTS_OWN_BY = counted!("payment", "received_at", " AND method = ?8 AND creator = ?9",
        " AND method = ?8 AND application_id = ?9");
}

/// In milliseconds.
const DAY: i64 = 86_400_000;

/// A span of time as whole days in UTC and the remaining parts at both ends.
#[derive(Debug, PartialEq, Eq)]
struct Days {
    after: i64,
    before: i64,
    /// The part of the first day, in milliseconds (inclusive).
    first: (i64, i64),
    /// The part of the last day; empty if that is the first day.
    last: (i64, i64),
}

impl Days {
    fn within((first, last): (Instant, Instant)) -> Self {
        let (from, to) = (first.as_millis(), last.as_millis());
        let (after, before) = (from.div_euclid(DAY), to.div_euclid(DAY));
        if after >= before {
            return Self { after, before, first: (from, to), last: (0, -1) };
        }
        let (end, start) = (after.saturating_mul(DAY).saturating_add(DAY - 1), before.saturating_mul(DAY));
        Self { after, before, first: (from, end), last: (start, to) }
    }

    fn params(&self) -> [&dyn Param; 6] {
        [&self.after, &self.before, &self.first.0, &self.first.1, &self.last.0, &self.last.1]
    }
}

/// How many visible customers were created at `since` or later.
pub fn customers(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    since: Instant,
) -> Result<i64, StoreError> {
    // Triggers keep the total with the account.
    if *visibility == Visibility::All && since <= Instant::from_millis(0) {
        return Ok(db.one(ALL_CUSTOMERS, &[account], |row| row.next())?.unwrap_or(0));
    }
    let days = Days::within((since, Instant::from_millis(i64::MAX)));
    let mut params: Vec<&dyn Param> = vec![account];
    params.extend(days.params());
    params.extend(visibility.creator().map(|application| application as &dyn Param));
    let statement = if *visibility == Visibility::All { CUSTOMERS } else { CUSTOMERS_OWN };
    Ok(db.one(statement, &params, |row| row.next())?.unwrap_or(0))
}

/// How many visible payments were received within the times (inclusive), with this method or any.
pub fn payments(
    db: &mut Snapshot,
    account: &AccountId,
    visibility: &Visibility,
    received: (Instant, Instant),
    method: Option<&PaymentMethod>,
) -> Result<i64, StoreError> {
    let days = Days::within(received);
    let mut params: Vec<&dyn Param> = vec![account];
    params.extend(days.params());
    params.extend(method.map(|method| method as &dyn Param));
    params.extend(visibility.creator().map(|application| application as &dyn Param));
    let statement = match (visibility, method) {
        (Visibility::All, None) => PAYMENTS,
        (Visibility::All, Some(_)) => PAYMENTS_BY,
        (Visibility::Own(_), None) => PAYMENTS_OWN,
        (Visibility::Own(_), Some(_)) => PAYMENTS_OWN_BY,
    };
    Ok(db.one(statement, &params, |row| row.next())?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_what_is_left_of_them_are_the_times() {
        let within = |from, to| Days::within((Instant::from_millis(from), Instant::from_millis(to)));
        let same = Days { after: 1, before: 1, first: (DAY + 5, DAY + 9), last: (0, -1) };
        assert_eq!(within(DAY + 5, DAY + 9), same);
        let next = Days { after: 0, before: 1, first: (5, DAY - 1), last: (DAY, DAY) };
        assert_eq!(within(5, DAY), next);
        let long = Days { after: -2, before: 3, first: (-DAY - 1, -DAY - 1), last: (3 * DAY, 4 * DAY - 1) };
        assert_eq!(within(-DAY - 1, 4 * DAY - 1), long);
        let none = within(9, 5);
        assert_eq!((none.first, none.last), ((9, 5), (0, -1)));
        let always = within(i64::MIN, i64::MAX);
        assert!(
            always.first.0 <= always.first.1 && always.first.1 < 0 && always.last.0 > 0 && always.after < always.before
        );
    }
}
