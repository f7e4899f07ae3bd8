//! What a hold says that the booking will cost (wire reference, section 4.5).

use crate::benefits::{By, Settled};
use crate::code::Code;
use crate::credit::Drawn;
use crate::id::PromotionId;
use crate::money::Money;
use crate::price::Price;
use serde::{Deserialize, Serialize};

/// The final price, and what pays a part of it. Written so that a program that knows of no credit reads the price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// What it will cost.
    #[serde(flatten)]
    pub price: Price,
    /// Money vouchers that pay, those redeemed now and what earlier ones have left, if they pay anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher_credit: Option<Money>,
    /// What else pays of what the customer has; absent when nobody is the customer yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money_credit: Option<Money>,
    /// How many prepaid credits lower the price; absent when nobody is the customer yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepaid: Option<u32>,
    /// Whether the code of a promotion was given.
    #[serde(default)]
    pub code_applies: bool,
    /// What promotions take off, as the business writes its prices; absent when none applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Money>,
    /// The promotion that applies by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic: Option<PromotionId>,
    /// The voucher for a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<Code>,
}

impl Quote {
    /// What is quoted for a price, with what pays of it; `known` says whether there is a customer already.
    #[must_use]
    pub fn of(settled: &Settled, drawn: Drawn, known: bool) -> Self {
        let money = |minor| Money::new(minor, settled.price.gross.currency());
        let of_vouchers = drawn.vouchers + drawn.left_over;
        Self {
            price: settled.price.clone(),
            voucher_credit: (of_vouchers > 0).then(|| money(of_vouchers)),
            money_credit: known.then(|| money(drawn.granted)),
            prepaid: known.then_some(settled.prepaid),
            code_applies: settled.promotions.iter().any(|applied| applied.code().is_some()),
            discount: (!settled.promotions.is_empty()).then_some(settled.discount),
            automatic: settled
                .promotions
                .iter()
                .find(|applied| applied.by == By::Itself)
                .map(|applied| applied.promotion.clone()),
            voucher: settled.voucher.as_ref().map(|voucher| voucher.code.clone()),
        }
    }

    /// What is left to pay.
    #[must_use]
    pub fn payable(&self) -> Money {
        let paid: i64 = [self.voucher_credit, self.money_credit].into_iter().flatten().map(Money::minor).sum();
        Money::new(self.price.gross.minor().saturating_sub(paid), self.price.gross.currency())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::euros;

    #[test]
    fn a_hold_of_yesterday_is_read_and_one_of_today_is_read_by_yesterday() {
        let price = Price { gross: euros(1_100), net: euros(1_000), taxes: Vec::new() };
        let old = serde_json::to_string(&price).expect("JSON");
        let read: Quote = serde_json::from_str(&old).expect("a quote");
        assert_eq!((read.payable(), read.money_credit), (euros(1_100), None));
        let quote = Quote { voucher_credit: Some(euros(300)), money_credit: Some(euros(200)), ..read };
        assert_eq!(quote.payable(), euros(600));
        let new = serde_json::to_string(&quote).expect("JSON");
        assert_eq!(serde_json::from_str::<Price>(&new).expect("a price"), price);
        assert_eq!(serde_json::from_str::<Quote>(&new).expect("a quote"), quote);
    }
}
