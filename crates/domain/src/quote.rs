//! What a hold says that the booking will cost (wire reference, section 4.5).

use crate::catalogue::{CategoryId, OptionId};
use crate::code::{Code, Codes, TypedCode};
use crate::credit::Redemption;
use crate::discounts::{DiscountedPrice, PromotionSource};
use crate::id::{CustomerId, ProductId, PromotionId};
use crate::money::Money;
use crate::options::ChosenValue;
use crate::order::{Order, OrderPlan};
use crate::price::{Adjustment, Price};
use crate::time::Instant;
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
    /// What it was quoted for; absent in holds of older programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<QuotedOrder>,
}

/// What a hold is for. A booking of the same is promised what the hold said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedOrder {
    product: ProductId,
    /// The event, the class at which attendance starts, and the one class; nothing of an appointment.
    events: [Option<String>; 3],
    from: Instant,
    to: Instant,
    /// Whose it will be, if that is somebody who was there before.
    customer: Option<CustomerId>,
    /// In the order of the categories.
    people: Vec<(CategoryId, u32)>,
    options: Vec<(OptionId, ChosenValue)>,
    private_event: bool,
    adjustments: Vec<Adjustment>,
    promotions: Vec<Code>,
    vouchers: Vec<Code>,
}

impl QuotedOrder {
    /// What is held, or booked, with an order.
    #[must_use]
    pub fn of(plan: &OrderPlan<'_>, order: &Order, codes: &Codes, customer: Option<&CustomerId>) -> Self {
        let mut people: Vec<(CategoryId, u32)> =
            order.party.numbers().map(|(category, number)| (category.clone(), number)).collect();
        people.sort();
        let known = |typed: &[TypedCode]| typed.iter().filter_map(|typed| typed.code.clone()).collect();
        Self {
            product: plan.product.id.clone(),
            events: events(plan),
            from: plan.span.from,
            to: plan.span.to,
            customer: customer.cloned(),
            people,
            options: plan.options.iter().map(|option| (option.id.clone(), option.value.clone())).collect(),
            private_event: order.private_event,
            adjustments: order.adjustments.clone(),
            promotions: known(&codes.promotions),
            vouchers: known(&codes.vouchers),
        }
    }

    /// Whether a plan is for the same event or appointment, whoever comes.
    #[must_use]
    pub fn is_when(&self, plan: &OrderPlan<'_>) -> bool {
        (&self.product, self.from, self.to) == (&plan.product.id, plan.span.from, plan.span.to)
            && self.events == events(plan)
    }

    /// Whether it is for this customer.
    #[must_use]
    pub fn is_of(&self, customer: &CustomerId) -> bool {
        self.customer.as_ref() == Some(customer)
    }

    /// Whether it was made with this code.
    #[must_use]
    pub fn has_code(&self, code: &Code) -> bool {
        self.promotions.contains(code) || self.vouchers.contains(code)
    }

    /// Whether a booking is of the same in everything that makes a price. What nobody in particular was promised is promised
    /// to everybody.
    #[must_use]
    pub fn promises(&self, booked: &Self) -> bool {
        let customer = if self.customer.is_some() { booked.customer.clone() } else { None };
        *self == Self { customer, ..booked.clone() }
    }
}

fn events(plan: &OrderPlan<'_>) -> [Option<String>; 3] {
    [&plan.event, &plan.enrolled_event, &plan.drop_in_event].map(|id| id.as_ref().map(ToString::to_string))
}

impl Quote {
    /// What is quoted for a price, with what pays of it; `known` says whether there is a customer already.
    #[must_use]
    pub fn of(discounted: &DiscountedPrice, redemption: Redemption, known: bool) -> Self {
        let money = |minor| Money::new(minor, discounted.price.gross.currency());
        let of_vouchers = redemption.vouchers + redemption.left_over;
        Self {
            price: discounted.price.clone(),
            voucher_credit: (of_vouchers > 0).then(|| money(of_vouchers)),
            money_credit: known.then(|| money(redemption.granted)),
            prepaid: known.then_some(discounted.prepaid),
            code_applies: discounted.promotions.iter().any(|applied| applied.code().is_some()),
            discount: (!discounted.promotions.is_empty()).then_some(discounted.discount),
            automatic: discounted
                .promotions
                .iter()
                .find(|applied| applied.by == PromotionSource::Itself)
                .map(|applied| applied.promotion.clone()),
            voucher: discounted.voucher.as_ref().map(|voucher| voucher.code.clone()),
            held: None,
        }
    }

    /// What is left to pay.
    #[must_use]
    pub fn payable(&self) -> Money {
        Money::new(self.price.gross.minor().saturating_sub(self.redemption()), self.price.gross.currency())
    }

    /// What is left to pay once so much was received, in minor units: what was received is not taken of the credit as well.
    #[must_use]
    pub fn left_after(&self, received: i64) -> i64 {
        let due = self.price.gross.minor().saturating_sub(received).max(0);
        due - self.redemption().min(due)
    }

    fn redemption(&self) -> i64 {
        [self.voucher_credit, self.money_credit].into_iter().flatten().map(Money::minor).sum()
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
        assert_eq!([0, 200, 600, 900, 1_100, 2_000].map(|received| quote.left_after(received)), [600, 400, 0, 0, 0, 0]);
        let new = serde_json::to_string(&quote).expect("JSON");
        assert_eq!(serde_json::from_str::<Price>(&new).expect("a price"), price);
        assert_eq!(serde_json::from_str::<Quote>(&new).expect("a quote"), quote);
    }
}
