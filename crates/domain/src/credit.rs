//! Store credit: money that a customer has with the business. It lowers no price; it pays (wire reference, section 6.7).
//!
//! A money voucher is redeemed as a whole with a booking: what the booking needs of it pays, and the rest becomes the
//! customer's. Vouchers pay first, then what earlier vouchers have left, then other credit.

use serde::{Deserialize, Serialize};

/// What a customer has, in minor units of the business's currency; neither is negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// What is left of money vouchers.
    pub of_vouchers: i64,
    /// What the business gave.
    pub granted: i64,
}

impl Credit {
    /// Both together; as much as can be counted.
    #[must_use]
    pub fn total(self) -> i64 {
        self.of_vouchers.saturating_add(self.granted)
    }
}

/// What pays for something, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Redemption {
    /// Of the vouchers that are redeemed now.
    pub vouchers: i64,
    /// Of what earlier vouchers have left.
    pub left_over: i64,
    /// Of what the business gave.
    pub granted: i64,
    /// What the customer has afterwards.
    pub credit: Credit,
}

impl Redemption {
    #[must_use]
    pub fn paid(self) -> i64 {
        self.vouchers + self.of_credit()
    }

    /// What pays of the credit that was there before.
    #[must_use]
    pub fn of_credit(self) -> i64 {
        self.left_over + self.granted
    }
}

/// More than can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the credit is more than can be counted")]
pub struct TooMuchCredit;

/// Pays what is due, as far as there is something: with `redeemed`, the value of the vouchers redeemed now, and with the
/// credit. What is due may be negative, after a refund, and then nothing is paid.
///
/// # Errors
/// [`TooMuchCredit`] when the credit afterwards would be.
pub fn redeem(due: i64, redeemed: i64, credit: Credit) -> Result<Redemption, TooMuchCredit> {
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
        /// No money appears or vanishes: vouchers and credit before are what was paid of them and credit afterwards.
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
