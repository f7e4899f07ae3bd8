//! Promotions: discounts, the products and days they are for, and when they can be used (wire reference, section 6.7).

use crate::code::{Code, CodeError};
use crate::id::{ProductId, PromotionId};
use crate::money::{Money, Percent, SumError};
use crate::recurrence::Season;
use crate::time::{Date, Instant};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    pub id: PromotionId,
    /// Shown to customers.
    pub name: String,
    /// A disabled promotion cannot be used.
    pub enabled: bool,
    pub trigger: Trigger,
    pub discount: Discount,
    pub products: Covered,
    /// The booking must be made at or after this instant.
    pub booked_from: Option<Instant>,
    /// The booking must be made before this instant.
    pub booked_before: Option<Instant>,
    /// The days on which a booked event or appointment must start, on the calendar of the business.
    pub days: Season,
    /// Maximum number of bookings with this promotion at a time. Only bookings made while there is a limit are counted.
    pub most_uses: Option<u32>,
}

/// How a booking qualifies for a promotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    Automatic,
    /// One code that any customer can use.
    Code(Code),
    /// Many codes, each for a single use.
    Coupons,
}

/// What a promotion takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discount {
    /// A percentage of the price.
    Part(Percent),
    /// An amount for each booking, at most the price.
    Fixed(Money),
}

/// The products that a promotion or voucher is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Covered {
    All,
    Only(Vec<ProductId>),
}

impl Covered {
    #[must_use]
    pub fn has(&self, product: &ProductId) -> bool {
        match self {
            Self::All => true,
            Self::Only(products) => products.contains(product),
        }
    }
}

impl Discount {
    /// The amount that is taken off a price of 0 or more: between 0 and the price.
    ///
    /// # Errors
    /// [`SumError::Currencies`] if the discount is in another currency than the price.
    pub fn of(self, price: Money) -> Result<Money, SumError> {
        match self {
            Self::Part(rate) => Ok(rate.of(price)),
            Self::Fixed(amount) => {
                let rest = price.minus(amount)?;
                // A fixed discount above the price takes off the whole price.
                let minor = if rest.minor() < 0 { price.minor() } else { amount.minor().max(0) };
                Ok(Money::new(minor, price.currency()))
            }
        }
    }
}

impl Promotion {
    /// Checks product and day of the start.
    ///
    /// # Errors
    /// [`CodeError::OtherProduct`], [`CodeError::OtherDay`].
    pub fn check_for(&self, product: &ProductId, day: Date) -> Result<(), CodeError> {
        if !self.products.has(product) {
            return Err(CodeError::OtherProduct);
        }
        if self.days.has(day) { Ok(()) } else { Err(CodeError::OtherDay) }
    }

    /// Checks whether a booking of this product, made at `at` for a start on `day`, can use the promotion. Remaining
    /// uses are not checked: that is decided later, under locks.
    ///
    /// # Errors
    /// [`CodeError`]; a disabled promotion is reported as unknown.
    pub fn check(&self, product: &ProductId, day: Date, at: Instant) -> Result<(), CodeError> {
        if !self.enabled {
            return Err(CodeError::Unknown);
        }
        if self.booked_from.is_some_and(|from| at < from) {
            return Err(CodeError::TooEarly);
        }
        if self.booked_before.is_some_and(|before| before <= at) {
            return Err(CodeError::Expired);
        }
        self.check_for(product, day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::euros;
    use jiff::civil::date;

    #[test]
    fn a_discount_is_never_more_than_the_price() {
        let half = Discount::Part("50".parse().expect("a rate"));
        assert_eq!(half.of(euros(1_001)), Ok(euros(501)));
        let ten = Discount::Fixed(euros(1_000));
        assert_eq!(
            [ten.of(euros(1_500)), ten.of(euros(700)), ten.of(euros(0))],
            [Ok(euros(1_000)), Ok(euros(700)), Ok(euros(0)),]
        );
        assert_eq!(Discount::Fixed(euros(-5)).of(euros(700)), Ok(euros(0)));
        let pounds = Money::new(5, "GBP".parse().expect("a currency"));
        assert_eq!(Discount::Fixed(pounds).of(euros(700)), Err(SumError::Currencies));
    }

    #[test]
    fn each_window_ends_where_it_says() {
        let [tour, other] = ["312KAYK4E9L17A2B6C8D0", "312CRSE8T2M17B5D4E6F1"].map(|id| id.parse().expect("an id"));
        let promotion = Promotion {
            id: "312PROMO01".parse().expect("an id"),
            name: "Spring".to_owned(),
            enabled: true,
            trigger: Trigger::Automatic,
            discount: Discount::Fixed(euros(100)),
            products: Covered::Only(vec![tour]),
            booked_from: Some(Instant::from_millis(10)),
            booked_before: Some(Instant::from_millis(20)),
            days: Season { first: Some(date(2026, 5, 1)), last: Some(date(2026, 5, 31)) },
            most_uses: None,
        };
        let tour: ProductId = "312KAYK4E9L17A2B6C8D0".parse().expect("an id");
        let day = date(2026, 5, 1);
        let at = |millis| promotion.check(&tour, day, Instant::from_millis(millis));
        assert_eq!(
            [at(9), at(10), at(19), at(20)],
            [Err(CodeError::TooEarly), Ok(()), Ok(()), Err(CodeError::Expired),]
        );
        assert_eq!(promotion.check_for(&tour, date(2026, 4, 30)), Err(CodeError::OtherDay));
        assert_eq!(promotion.check_for(&tour, date(2026, 5, 31)), Ok(()));
        assert_eq!(promotion.check_for(&tour, date(2026, 6, 1)), Err(CodeError::OtherDay));
        assert_eq!(promotion.check_for(&other, day), Err(CodeError::OtherProduct));
        let off = Promotion { enabled: false, ..promotion.clone() };
        assert_eq!(off.check(&tour, day, Instant::from_millis(10)), Err(CodeError::Unknown));
    }
}
