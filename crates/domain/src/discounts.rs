//! Discounts of a booking: promotions, a voucher for a service, prepaid credits.
//!
//! They apply in this order, each to what the one before has left: the best automatic promotion, the promotions with
//! codes in the order of their codes, the voucher, prepaid credits. All reduce the display price (with or without
//! taxes, as the business states its prices), adjustments included; taxes are computed from the rest (wire reference,
//! sections 6.7 and 6.8). Money vouchers and store credit are payments and reduce no price: see [`crate::credit`].

use crate::catalogue::{Catalogue, Discount, Promotion};
use crate::code::Code;
use crate::id::PromotionId;
use crate::money::{Money, SumError};
use crate::order::OrderError;
use crate::price::{self, Price, PriceLine};
use serde::{Deserialize, Serialize};

/// The discounts of a booking, as stored with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppliedDiscounts {
    /// In the order in which they apply.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub promotions: Vec<AppliedPromotion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voucher: Option<ServiceVoucher>,
    /// Number of prepaid credits used.
    pub prepaid: u32,
    /// Money vouchers redeemed with the booking. They reduce no price; kept so that a client may repeat their codes in
    /// an update.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redeemed: Vec<Code>,
}

/// A promotion as it was when it was applied; it may have left the catalogue since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedPromotion {
    pub promotion: PromotionId,
    pub name: String,
    pub discount: Discount,
    pub by: PromotionSource,
}

/// How a booking qualified for a promotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromotionSource {
    Itself,
    /// The promotion's shared code, which any customer can use.
    Code(Code),
    /// One of the promotion's single-use codes.
    Coupon(Code),
}

/// A voucher that pays for a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceVoucher {
    pub code: Code,
    /// For how many people it pays; `None` for all.
    pub people: Option<u32>,
}

impl AppliedDiscounts {
    /// Whether no discount applies and no voucher was redeemed.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The names of the promotions, joined by commas; `None` without promotions.
    #[must_use]
    pub fn promotion_name(&self) -> Option<String> {
        let names: Vec<&str> = self.promotions.iter().map(|applied| applied.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// The single-use codes among the applied promotions.
    pub fn coupons(&self) -> impl Iterator<Item = &Code> {
        self.promotions.iter().filter_map(|applied| match &applied.by {
            PromotionSource::Coupon(code) => Some(code),
            PromotionSource::Itself | PromotionSource::Code(_) => None,
        })
    }
}

impl AppliedPromotion {
    #[must_use]
    pub fn of(promotion: &Promotion, by: PromotionSource) -> Self {
        Self { promotion: promotion.id.clone(), name: promotion.name.clone(), discount: promotion.discount, by }
    }

    #[must_use]
    pub fn code(&self) -> Option<&Code> {
        match &self.by {
            PromotionSource::Itself => None,
            PromotionSource::Code(code) | PromotionSource::Coupon(code) => Some(code),
        }
    }
}

/// The discounts that an order can use. Eligibility and remaining uses have been checked.
#[derive(Debug, Clone, Default)]
pub struct AvailableDiscounts {
    /// Only the best of them applies.
    pub automatic: Vec<AppliedPromotion>,
    /// All of them apply.
    pub coded: Vec<AppliedPromotion>,
    pub voucher: Option<ServiceVoucher>,
    /// The prepaid credits that the customer has for the product.
    pub prepaid: u32,
}

/// The result of [`apply_discounts`].
#[derive(Debug, Clone)]
pub struct DiscountedPrice {
    pub price: Price,
    /// The promotions that apply.
    pub promotions: Vec<AppliedPromotion>,
    /// What the promotions take off the display price.
    pub discount: Money,
    pub voucher: Option<ServiceVoucher>,
    /// Number of prepaid credits used.
    pub prepaid: u32,
    /// Number of people for whom neither the voucher nor a prepaid credit pays.
    pub uncovered: u32,
}

/// The discounted price of an order.
///
/// `people` is the number of people who need a prepaid credit each. With `always`, credits are used even if nothing is
/// left to pay: for products that only customers with prepaid credits can book. `zero` is zero in the account's
/// currency.
///
/// # Errors
/// [`OrderError::Negative`] if the total or a part of the price would be negative, [`OrderError::Price`] if an amount
/// is too large.
pub fn apply_discounts(
    lines: &[PriceLine],
    available: &AvailableDiscounts,
    people: u32,
    always: bool,
    catalogue: &Catalogue,
    zero: Money,
) -> Result<DiscountedPrice, OrderError> {
    let full = price::display(lines, zero)?;
    let mut left = full;
    let mut promotions = Vec::new();
    // Every promotion applies to what the ones before have left.
    for applied in best_automatic(&available.automatic, full)?.into_iter().chain(&available.coded) {
        left = left.minus(applied.discount.of(left)?)?;
        promotions.push(applied.clone());
    }
    let discount = full.minus(left)?;
    let mut uncovered = people;
    if let Some(voucher) = &available.voucher {
        let paid_for = voucher.people.unwrap_or(people).min(people);
        // A party without seats has no people to count, so the voucher pays for all of it.
        let off = if people == 0 { left } else { left.share(paid_for.into(), people.into()) };
        left = left.minus(off)?;
        uncovered -= paid_for;
    }
    // Credits are only used if something is left to pay, unless the product requires them.
    let prepaid = if always || left.minor() > 0 { available.prepaid.min(uncovered) } else { 0 };
    left = left.minus(left.share(prepaid.into(), uncovered.into()))?;
    let price = price::total(&price::reduced(lines, full.minus(left)?)?, catalogue, zero)?;
    if left.minor() < 0 || price.is_negative() {
        return Err(OrderError::Negative);
    }
    let voucher = available.voucher.clone();
    Ok(DiscountedPrice { price, promotions, discount, voucher, prepaid, uncovered: uncovered - prepaid })
}

/// The promotion that takes off most, the first of equals; `None` if none takes anything off.
fn best_automatic(automatic: &[AppliedPromotion], price: Money) -> Result<Option<&AppliedPromotion>, SumError> {
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
        // 20 off, which equals 20 % and comes first, then half of the rest.
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
        // The voucher pays a third, a credit half of the rest.
        assert_eq!((two.price.net, two.prepaid, two.uncovered), (euros(3_000), 1, 1));
        let all = discounted(
            &lines,
            &AvailableDiscounts { voucher: voucher(None), prepaid: 5, ..AvailableDiscounts::default() },
            3,
        );
        assert_eq!((all.price.gross, all.prepaid, all.uncovered), (euros(0), 0, 0));
        let credits = discounted(&lines, &AvailableDiscounts { prepaid: 5, ..AvailableDiscounts::default() }, 3);
        assert_eq!((credits.price.gross, credits.prepaid), (euros(0), 3));
        // With nothing to pay credits are used only for a product that requires them.
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
        /// The parts of the price add up, it is never negative or above the original, and no more discounts are used
        /// than are available.
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
