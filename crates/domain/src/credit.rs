//! Store credit: money that a customer has with the business. It is a payment and reduces no price (wire reference,
//! section 6.7).
//!
//! A booking redeems a money voucher as a whole: what is not needed becomes credit of the customer. Vouchers redeemed
//! with the booking pay first, then the remainder of earlier vouchers, then other credit.

use serde::{Deserialize, Serialize};

/// The credit of a customer, in minor units of the business's currency. Never negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// The remainder of redeemed money vouchers.
    pub of_vouchers: i64,
    /// Credit that the business granted.
    pub granted: i64,
}

impl Credit {
    /// The sum of both, saturating.
    #[must_use]
    pub fn total(self) -> i64 {
        self.of_vouchers.saturating_add(self.granted)
    }
}

/// How an amount is paid by vouchers and credit, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Redemption {
    /// Paid by vouchers redeemed now.
    pub vouchers: i64,
    /// Paid by the remainder of earlier vouchers.
    pub left_over: i64,
    /// Paid by granted credit.
    pub granted: i64,
    /// The credit of the customer afterwards.
    pub credit: Credit,
}

impl Redemption {
    #[must_use]
    pub fn paid(self) -> i64 {
        self.vouchers + self.of_credit()
    }

    /// Paid by credit that the customer had before.
    #[must_use]
    pub fn of_credit(self) -> i64 {
        self.left_over + self.granted
    }
}

/// More than can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the credit is more than can be counted")]
pub struct TooMuchCredit;

/// Pays as much of `due` as possible: first with `redeemed`, the value of the vouchers redeemed now, then with
/// `credit`. A negative `due`, after a refund, pays nothing. All amounts are in minor units.
///
/// # Errors
/// [`TooMuchCredit`] if the credit afterwards overflows.
pub fn redeem(due: i64, redeemed: i64, credit: Credit) -> Result<Redemption, TooMuchCredit> {
    // A refund can make the amount due negative.
    let due = due.max(0);
    let vouchers = redeemed.min(due);
    let left_over = credit.of_vouchers.min(due - vouchers);
    let granted = credit.granted.min(due - vouchers - left_over);
    let of_vouchers = (credit.of_vouchers - left_over).checked_add(redeemed - vouchers).ok_or(TooMuchCredit)?;
    let after = Credit { of_vouchers, granted: credit.granted - granted };
    after.of_vouchers.checked_add(after.granted).ok_or(TooMuchCredit)?;
    Ok(Redemption { vouchers, left_over, granted, credit: after })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn vouchers_pay_first_then_what_is_left_of_others_then_other_credit() {
        let credit = Credit { of_vouchers: 30, granted: 50 };
        let redemption = redeem(100, 40, credit).expect("counted");
        assert_eq!((redemption.vouchers, redemption.left_over, redemption.granted), (40, 30, 30));
        assert_eq!(redemption.credit, Credit { of_vouchers: 0, granted: 20 });
        let redemption = redeem(15, 40, credit).expect("counted");
        assert_eq!((redemption.paid(), redemption.credit), (15, Credit { of_vouchers: 55, granted: 50 }));
        assert_eq!(redeem(-10, 0, credit).expect("counted").credit, credit);
        assert_eq!(redeem(0, i64::MAX, credit), Err(TooMuchCredit));
    }

    proptest! {
        /// Vouchers and credit before equal the amount paid and the credit afterwards.
        #[test]
        fn what_was_there_is_paid_or_left(
            due: i64,
            redeemed in 0..i64::MAX / 4,
            of_vouchers in 0..i64::MAX / 4,
            granted in 0..i64::MAX / 4,
        ) {
            let redemption = redeem(due, redeemed, Credit { of_vouchers, granted }).expect("counted");
            prop_assert_eq!(redeemed + of_vouchers + granted, redemption.paid() + redemption.credit.total());
            prop_assert!(redemption.paid() <= due.max(0));
            for part in [redemption.vouchers, redemption.left_over, redemption.granted, redemption.credit.of_vouchers, redemption.credit.granted] {
                prop_assert!(part >= 0);
            }
            prop_assert!(redemption.paid() == due.max(0) || redemption.credit.total() == 0);
        }
    }
}
