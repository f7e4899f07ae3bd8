//! What lowers the price of a booking: promotions, a voucher for a service, prepaid credits.
//!
//! They take off in this order, each from what the one before has left: the best of the automatic promotions, the
//! promotions of codes in the order of their codes, the voucher, prepaid credits. All take from the price as the business
//! writes its prices, adjustments included; taxes are computed from what is left (wire reference, sections 6.7 and 6.8).
//! Money vouchers and store credit lower no price: they pay ([`crate::credit`]).

use crate::catalogue::{Catalogue, Discount, Promotion};
use crate::code::Code;
use crate::id::PromotionId;
use crate::money::{Money, SumError};
use crate::order::OrderError;
use crate::price::{self, Price, PriceLine};
use serde::{Deserialize, Serialize};

/// What lowers the price of a booking.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppliedDiscounts {
    /// Promotions, in the order in which they take off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub promotions: Vec<AppliedPromotion>,
    /// A voucher for a service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voucher: Option<ServiceVoucher>,
    /// How many prepaid credits.
    pub prepaid: u32,
    /// Money vouchers that were redeemed with the booking. They have lowered nothing; a client that repeats their codes
    /// says nothing new.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redeemed: Vec<Code>,
}

/// A promotion that somebody has, with what it takes off, for when the business no longer has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedPromotion {
    pub promotion: PromotionId,
    /// What it is called.
    pub name: String,
    /// How much it takes off.
    pub discount: Discount,
    /// How one came by it.
    pub by: PromotionSource,
}

/// How somebody came by a promotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromotionSource {
    Itself,
    /// With the code that everybody can use.
    Code(Code),
    /// With a code that can be used once.
    Coupon(Code),
}

/// A voucher that pays for a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceVoucher {
    pub code: Code,
    /// For how many people it pays; for all of them, when nothing is said.
    pub people: Option<u32>,
}

impl AppliedDiscounts {
    /// Whether nothing lowers the price, and no voucher was redeemed.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The names of the promotions, as one text; nothing without any.
    #[must_use]
    pub fn promotion_name(&self) -> Option<String> {
        let names: Vec<&str> = self.promotions.iter().map(|applied| applied.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// The codes that can be used once, of promotions that have many.
    pub fn coupons(&self) -> impl Iterator<Item = &Code> {
        self.promotions.iter().filter_map(|applied| match &applied.by {
            PromotionSource::Coupon(code) => Some(code),
            PromotionSource::Itself | PromotionSource::Code(_) => None,
        })
    }
}

impl AppliedPromotion {
    /// The promotion, for one who came by it so.
    #[must_use]
    pub fn of(promotion: &Promotion, by: PromotionSource) -> Self {
        Self { promotion: promotion.id.clone(), name: promotion.name.clone(), discount: promotion.discount, by }
    }

    /// The code that one typed for it.
    #[must_use]
    pub fn code(&self) -> Option<&Code> {
        match &self.by {
            PromotionSource::Itself => None,
            PromotionSource::Code(code) | PromotionSource::Coupon(code) => Some(code),
        }
    }
}

/// What there is for an order: all of it can be used.
#[derive(Debug, Clone, Default)]
pub struct AvailableDiscounts {
    /// Promotions of which the best applies.
    pub automatic: Vec<AppliedPromotion>,
    /// Promotions of codes, which all apply.
    pub coded: Vec<AppliedPromotion>,
    /// A voucher for the product.
    pub voucher: Option<ServiceVoucher>,
    /// How many prepaid credits the customer has for the product.
    pub prepaid: u32,
}

/// A price with everything that lowers it.
#[derive(Debug, Clone)]
pub struct DiscountedPrice {
    pub price: Price,
    /// The promotions that apply.
    pub promotions: Vec<AppliedPromotion>,
    /// What the promotions take off the price as the business writes it.
    pub discount: Money,
    pub voucher: Option<ServiceVoucher>,
    /// How many prepaid credits are used.
    pub prepaid: u32,
    /// For how many people neither the voucher nor a credit pays.
    pub uncovered: u32,
}

/// The price of an order for `people` who need a credit each, with what there is for it. With `always` credits are used
/// also where nothing is left to pay: for products that only those can book who have some.
///
/// # Errors
/// [`OrderRefused::Negative`], [`OrderRefused::Price`].
pub fn apply_discounts(
    lines: &[PriceLine],
    offered: &AvailableDiscounts,
    people: u32,
    always: bool,
    catalogue: &Catalogue,
    nothing: Money,
) -> Result<DiscountedPrice, OrderError> {
    let whole = price::display(lines, nothing)?;
    let mut left = whole;
    let mut promotions = Vec::new();
    for applied in best(&offered.automatic, whole)?.into_iter().chain(&offered.coded) {
        left = left.minus(applied.discount.of(left)?)?;
        promotions.push(applied.clone());
    }
    let discount = whole.minus(left)?;
    let mut uncovered = people;
    if let Some(voucher) = &offered.voucher {
        let paid_for = voucher.people.unwrap_or(people).min(people);
        // For a party of people without seats there is nothing to count, and the voucher pays.
        let off = if people == 0 { left } else { left.share(paid_for.into(), people.into()) };
        left = left.minus(off)?;
        uncovered -= paid_for;
    }
    let prepaid = if always || left.minor() > 0 { offered.prepaid.min(uncovered) } else { 0 };
    left = left.minus(left.share(prepaid.into(), uncovered.into()))?;
    let price = price::total(&price::reduced(lines, whole.minus(left)?)?, catalogue, nothing)?;
    if left.minor() < 0 || price.is_negative() {
        return Err(OrderError::Negative);
    }
    let voucher = offered.voucher.clone();
    Ok(DiscountedPrice { price, promotions, discount, voucher, prepaid, uncovered: uncovered - prepaid })
}

/// The promotion that takes most off a price, the first of those that take as much; nothing if none takes anything.
fn best(automatic: &[AppliedPromotion], price: Money) -> Result<Option<&AppliedPromotion>, SumError> {
    let mut best = None;
    let mut most = 0;
    for applied in automatic {
        let off = applied.discount.of(price)?.minor();
        if off > most {
            (best, most) = (Some(applied), off);
        }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{catalogue, euros};
    use proptest::prelude::*;

    fn applied(number: usize, discount: Discount) -> AppliedPromotion {
        let promotion = format!("312PROMO{number:02}").parse().expect("an id");
        AppliedPromotion { promotion, name: format!("Promotion {number}"), discount, by: PromotionSource::Itself }
    }

    fn part(percent: &str) -> Discount {
        Discount::Part(percent.parse().expect("a rate"))
    }

    fn line(minor: i64, taxes: &[&str]) -> PriceLine {
        let taxes = taxes.iter().map(|id| id.parse().expect("an id")).collect();
        PriceLine { amount: euros(minor), taxes }
    }

    fn discounted(lines: &[PriceLine], offered: &AvailableDiscounts, people: u32) -> DiscountedPrice {
        apply_discounts(lines, offered, people, false, &catalogue(), euros(0)).expect("a price")
    }

    #[test]
    fn the_best_automatic_promotion_applies_and_codes_come_on_top() {
        let lines = [line(10_000, &["312TAX0001"])];
        let automatic = vec![applied(1, part("10")), applied(2, Discount::Fixed(euros(2_000))), applied(3, part("20"))];
        let offered =
            AvailableDiscounts { automatic, coded: vec![applied(4, part("50"))], ..AvailableDiscounts::default() };
        let price = discounted(&lines, &offered, 2);
        let ids: Vec<_> = price.promotions.iter().map(|applied| applied.promotion.as_str()).collect();
        // 20 off, which is as good as 20 % and comes first, then half of the rest.
        assert_eq!((ids, price.discount), (vec!["312PROMO02", "312PROMO04"], euros(6_000)));
        assert_eq!((price.price.net, price.price.gross), (euros(4_000), euros(4_400)));
        let free = [line(0, &[])];
        assert!(discounted(&free, &AvailableDiscounts { coded: Vec::new(), ..offered }, 2).promotions.is_empty());
    }

    #[test]
    fn vouchers_pay_for_people_and_credits_for_the_rest() {
        let lines = [line(9_000, &["312TAX0001"])];
        let voucher = |people| Some(ServiceVoucher { code: "GIFT".parse().expect("a code"), people });
        let two = discounted(
            &lines,
            &AvailableDiscounts { voucher: voucher(Some(1)), prepaid: 1, ..AvailableDiscounts::default() },
            3,
        );
        // A third is paid by the voucher, half of the rest by a credit.
        assert_eq!((two.price.net, two.prepaid, two.uncovered), (euros(3_000), 1, 1));
        let all = discounted(
            &lines,
            &AvailableDiscounts { voucher: voucher(None), prepaid: 5, ..AvailableDiscounts::default() },
            3,
        );
        assert_eq!((all.price.gross, all.prepaid, all.uncovered), (euros(0), 0, 0));
        let credits = discounted(&lines, &AvailableDiscounts { prepaid: 5, ..AvailableDiscounts::default() }, 3);
        assert_eq!((credits.price.gross, credits.prepaid), (euros(0), 3));
        // Nothing to pay is no reason to use credits, unless the product is for those who have some.
        let free = [line(0, &[])];
        let offered = AvailableDiscounts { prepaid: 5, ..AvailableDiscounts::default() };
        assert_eq!(discounted(&free, &offered, 3).prepaid, 0);
        let always = apply_discounts(&free, &offered, 3, true, &catalogue(), euros(0)).expect("a price");
        assert_eq!((always.prepaid, always.uncovered), (3, 0));
    }

    #[test]
    fn a_price_is_never_negative() {
        let lines = [line(1_000, &[]), line(-1_500, &[])];
        let refused = apply_discounts(&lines, &AvailableDiscounts::default(), 1, false, &catalogue(), euros(0));
        assert_eq!(refused.expect_err("negative"), OrderError::Negative);
    }

    proptest! {
        /// Whatever there is, the parts of the price add up, it is between nothing and what it was, and everything that is
        /// written as used was there.
        #[test]
        fn what_lowers_a_price_takes_off_no_more_than_there_is(
            amounts in prop::collection::vec((-2_000_i64..100_000, 0_u8..4), 1..6),
            discounts in prop::collection::vec((0_u32..=1_000_000, 0_i64..50_000, any::<bool>()), 0..4),
            automatic in 0_usize..4,
            voucher in prop::option::of(prop::option::of(0_u32..6)),
            (people, prepaid) in (0_u32..9, 0_u32..9),
            (included, always) in (any::<bool>(), any::<bool>()),
        ) {
            let mut catalogue = catalogue();
            catalogue.settings.prices_include_taxes = included;
            let lines: Vec<PriceLine> = amounts.iter().map(|(minor, taxes)| {
                let ids = ["312TAX0001", "312TAX0002"];
                line(*minor, &(0..2).filter(|bit| taxes >> bit & 1 == 1).map(|bit| ids[bit]).collect::<Vec<_>>())
            }).collect();
            let mut coded: Vec<AppliedPromotion> = discounts.iter().enumerate().map(|(number, (millionths, minor, is_part))| {
                let rate = crate::money::Percent::from_millionths(*millionths).expect("a rate");
                applied(number, if *is_part { Discount::Part(rate) } else { Discount::Fixed(euros(*minor)) })
            }).collect();
            let automatic = coded.split_off(automatic.min(coded.len()));
            let voucher = voucher.map(|people| ServiceVoucher { code: "GIFT".parse().expect("a code"), people });
            let offered = AvailableDiscounts { automatic, coded, voucher, prepaid };
            let before = price::total(&lines, &catalogue, euros(0)).expect("a price");
            match apply_discounts(&lines, &offered, people, always, &catalogue, euros(0)) {
                Err(error) => prop_assert_eq!(error, OrderError::Negative),
                Ok(after) => {
                    let taxes = after.price.taxes.iter().try_fold(euros(0), |sum, (_, tax)| sum.plus(*tax)).expect("a sum");
                    prop_assert_eq!(after.price.net.plus(taxes), Ok(after.price.gross));
                    prop_assert!(!after.price.is_negative());
                    let whole = price::display(&lines, euros(0)).expect("a sum");
                    let left = if included { after.price.gross } else { after.price.net };
                    prop_assert!(left.plus(after.discount).expect("a sum").minor() <= whole.minor());
                    prop_assert!(after.prepaid <= prepaid && after.prepaid + after.uncovered <= people);
                    if after.prepaid > 0 && after.uncovered == 0 {
                        prop_assert_eq!(after.price.gross, euros(0));
                    }
                    if offered.prepaid == 0 && offered.voucher.is_none() && after.promotions.is_empty() {
                        prop_assert_eq!(after.price, before);
                    }
                }
            }
        }
    }
}
