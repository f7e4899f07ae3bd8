//! The quote: what a hold says that the booking will cost, and for which order that is promised (wire reference,
//! section 4.5).

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

/// The final price and the credits that pay a part of it. Stored as JSON that a reader of a plain [`Price`]
/// understands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    #[serde(flatten)]
    pub price: Price,
    /// Paid by money vouchers: those redeemed now and the remainder of earlier ones. `None` if they pay nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher_credit: Option<Money>,
    /// Paid by other store credit; `None` if the order has no known customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money_credit: Option<Money>,
    /// Number of prepaid credits that reduce the price; `None` if the order has no known customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prepaid: Option<u32>,
    /// Whether a promotion with a code applies.
    #[serde(default)]
    pub code_applies: bool,
    /// What promotions take off the display price; `None` if none applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Money>,
    /// The automatic promotion that applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic: Option<PromotionId>,
    /// The voucher for a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<Code>,
    /// The order that the quote is for; `None` in holds of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<QuotedOrder>,
}

/// Everything of an order that determines its price. A booking of an equal order gets the price that the hold quoted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedOrder {
    product: ProductId,
    /// The event, the class at which attendance starts, and the single class; all `None` for an appointment.
    events: [Option<String>; 3],
    from: Instant,
    to: Instant,
    /// The customer, if the order names an existing one.
    customer: Option<CustomerId>,
    /// Sorted by category.
    people: Vec<(CategoryId, u32)>,
    options: Vec<(OptionId, ChosenValue)>,
    private_event: bool,
    adjustments: Vec<Adjustment>,
    promotions: Vec<Code>,
    vouchers: Vec<Code>,
}

impl QuotedOrder {
    #[must_use]
    pub fn of(plan: &OrderPlan<'_>, order: &Order, codes: &Codes, customer: Option<&CustomerId>) -> Self {
        let mut people: Vec<(CategoryId, u32)> =
            order.party.numbers().map(|(category, number)| (category.clone(), number)).collect();
        // Sorted, so that the order of categories in a request does not matter.
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

    /// Whether the plan is for the same product, events and times. The party may differ.
    #[must_use]
    pub fn has_times_of(&self, plan: &OrderPlan<'_>) -> bool {
        (&self.product, self.from, self.to) == (&plan.product.id, plan.span.from, plan.span.to)
            && self.events == events(plan)
    }

    /// Whether there is any claim on the event, including those of bookings that take no seat.
    #[must_use]
    pub fn is_for(&self, customer: &CustomerId) -> bool {
        self.customer.as_ref() == Some(customer)
    }

    #[must_use]
    pub fn has_code(&self, code: &Code) -> bool {
        self.promotions.contains(code) || self.vouchers.contains(code)
    }

    /// Whether the quote holds for the order that is booked. A quote without a customer holds for any customer.
    #[must_use]
    pub fn holds_for(&self, booked: &Self) -> bool {
        // Without a customer in the quote, the customer of the booking is left out of the comparison.
        let customer = if self.customer.is_some() { booked.customer.clone() } else { None };
        *self == Self { customer, ..booked.clone() }
    }
}

fn events(plan: &OrderPlan<'_>) -> [Option<String>; 3] {
    [&plan.event, &plan.enrolled_event, &plan.drop_in_event].map(|id| id.as_ref().map(ToString::to_string))
}

impl Quote {
    /// The quote for a discounted price and its redemption. `known` says whether the order has a known customer.
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

    /// The price less the credits that pay.
    #[must_use]
    pub fn payable(&self) -> Money {
        Money::new(self.price.gross.minor().saturating_sub(self.redemption()), self.price.gross.currency())
    }

    /// What is left to pay after `received`, in minor units. Credit covers only what `received` does not.
    #[must_use]
    pub fn left_after(&self, received: i64) -> i64 {
        // What was received reduces the amount before credit does, so that credit is not used for what is paid.
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
