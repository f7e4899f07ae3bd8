//! Money: integer amounts in minor units of a currency.
//!
//! There are no floats. Exact operations check for overflow. [`Percent::of`], [`Percent::within`] and [`Money::share`]
//! round half away from zero, in one shared function, so that a refund is the exact negative of the payment (wire
//! reference, section 9: half up, per tax).

use crate::account::Currency;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An amount in minor units (cents, pence, whole yen) of one currency. Negative for discounts and refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why two amounts do not make a third.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SumError {
    /// The result is too large to be counted.
    #[error("the amount is too large")]
    TooLarge,
    /// They are of different currencies.
    #[error("the amounts are of different currencies")]
    Currencies,
}

/// Why a text is no amount of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAmount {
    /// Not a decimal number.
    #[error("must be a decimal number, such as 27.5")]
    NotANumber,
    /// More decimals than the currency has, other than zeros.
    #[error("has more decimals than the currency")]
    TooPrecise,
    /// Too large to be counted.
    #[error("is too large")]
    TooLarge,
}

impl Money {
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Reads a decimal amount from the wire. Trailing zeros are ignored.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, NotAnAmount> {
        let (sign, digits) = match amount.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, amount),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let numeric = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !numeric(whole) || !numeric(decimals) {
            return Err(NotAnAmount::NotANumber);
        }
        let places = currency.decimals();
        let decimals = decimals.trim_end_matches('0');
        if decimals.len() > places {
            return Err(NotAnAmount::TooPrecise);
        }
        // The decimals padded to those of the currency, so that the digits form the number of minor units.
        let digits = format!("{}{decimals:0<places$}", whole.trim_start_matches('0'));
        let minor = if digits.is_empty() { 0 } else { digits.parse::<i64>().map_err(|_| NotAnAmount::TooLarge)? };
        Ok(Self::new(sign * minor, currency))
    }

    /// The decimal amount on the wire: without trailing zeros, with a minus sign for refunds (wire reference, section
    /// 1.3).
    #[must_use]
    pub fn amount(self) -> String {
        let places = self.currency.decimals();
        let units = u32::try_from(places).map_or(1, |places| 10_u64.pow(places));
        let (whole, part) = (self.minor.unsigned_abs() / units, self.minor.unsigned_abs() % units);
        let sign = if self.minor < 0 { "-" } else { "" };
        if part == 0 {
            return format!("{sign}{whole}");
        }
        let mut text = format!("{sign}{whole}.{part:0places$}");
        text.truncate(text.trim_end_matches('0').len());
        text
    }

    pub fn plus(self, other: Self) -> Result<Self, SumError> {
        self.with(other, i64::checked_add)
    }

    pub fn minus(self, other: Self) -> Result<Self, SumError> {
        self.with(other, i64::checked_sub)
    }

    /// # Errors
    /// [`SumError::TooLarge`].
    pub fn times(self, factor: i64) -> Result<Self, SumError> {
        self.minor.checked_mul(factor).map(|minor| Self::new(minor, self.currency)).ok_or(SumError::TooLarge)
    }

    /// The fraction `part / of` of the amount, rounded half away from zero: zero if `part` is 0 or negative, the whole
    /// amount if `part` is at least `of`.
    #[must_use]
    pub fn share(self, part: i64, of: i64) -> Self {
        if part <= 0 {
            return Self::zero(self.currency);
        }
        if part >= of { self } else { rounded(self, part, of.into()) }
    }

    fn with(self, other: Self, combine: fn(i64, i64) -> Option<i64>) -> Result<Self, SumError> {
        if self.currency != other.currency {
            return Err(SumError::Currencies);
        }
        combine(self.minor, other.minor).map(|minor| Self::new(minor, self.currency)).ok_or(SumError::TooLarge)
    }
}

/// A percentage from 0 to 100, stored in millionths: 23 % is 230 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Percent(u32);

impl TryFrom<u32> for Percent {
    type Error = NotAPercent;

    fn try_from(millionths: u32) -> Result<Self, NotAPercent> {
        Self::from_millionths(millionths)
    }
}

impl From<Percent> for u32 {
    fn from(rate: Percent) -> Self {
        rate.0
    }
}

const WHOLE: u32 = 1_000_000;

/// The number is not a rate between 0 and 100 %, with four decimals of a percent at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a percentage between 0 and 100, with four decimals at most")]
pub struct NotAPercent;

impl Percent {
    /// # Errors
    /// [`NotAPercent`] above a million.
    pub const fn from_millionths(millionths: u32) -> Result<Self, NotAPercent> {
        if millionths <= WHOLE { Ok(Self(millionths)) } else { Err(NotAPercent) }
    }

    #[must_use]
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// The percentage of an amount, rounded half away from zero: a discount, or a tax on a net amount.
    #[must_use]
    pub fn of(self, amount: Money) -> Money {
        self.share(amount, WHOLE)
    }

    /// The tax contained in a gross amount, rounded half away from zero.
    #[must_use]
    pub fn within(self, amount: Money) -> Money {
        self.within_all(self.0, amount)
    }

    /// One of several taxes contained in a gross amount, rounded half away from zero. `all` is the sum of all tax
    /// rates, in millionths.
    #[must_use]
    pub fn within_all(self, all: u32, amount: Money) -> Money {
        self.share(amount, WHOLE.saturating_add(all.max(self.0)))
    }

    /// `amount · rate / whole`, never more than the amount.
    fn share(self, amount: Money, whole: u32) -> Money {
        rounded(amount, self.0.into(), whole.into())
    }
}

/// `amount · part / whole`, rounded half away from zero; `part` is at most `whole`, so the result fits.
fn rounded(amount: Money, part: i64, whole: i128) -> Money {
    let product = i128::from(amount.minor) * i128::from(part);
    // Dividing before rounding cannot overflow: the product of two 64-bit numbers fits into 128 bits.
    let (quotient, rest) = (product.abs() / whole, product.abs() % whole);
    let rounded = (quotient + i128::from(rest * 2 >= whole)) * product.signum();
    Money::new(i64::try_from(rounded).unwrap_or(amount.minor), amount.currency)
}

impl FromStr for Percent {
    type Err = NotAPercent;

    /// Reads a percentage: `23`, `5.5`, `0.0001`.
    fn from_str(text: &str) -> Result<Self, NotAPercent> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let numeric = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let decimals = if numeric(decimals) { decimals.trim_end_matches('0') } else { return Err(NotAPercent) };
        if !numeric(whole) || whole.len() > 3 || decimals.len() > 4 {
            return Err(NotAPercent);
        }
        Self::from_millionths(format!("{whole}{decimals:0<4}").parse().map_err(|_| NotAPercent)?)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = format!("{:04}", self.0 % 10_000);
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{}", self.0 / 10_000),
            decimals => write!(f, "{}.{decimals}", self.0 / 10_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        code.parse().expect("a currency")
    }

    fn euros(minor: i64) -> Money {
        Money::new(minor, currency("EUR"))
    }

    #[test]
    fn amounts_are_written_without_needless_zeros() {
        for (minor, code, amount) in [
            (7_300, "EUR", "73"),
            (2_750, "EUR", "27.5"),
            (2_755, "EUR", "27.55"),
            (5, "EUR", "0.05"),
            (0, "EUR", "0"),
            (-2_750, "EUR", "-27.5"),
            (-5, "EUR", "-0.05"),
            (73, "JPY", "73"),
            (100, "JPY", "100"),
            (1_234, "KWD", "1.234"),
            (i64::MIN, "EUR", "-92233720368547758.08"),
        ] {
            assert_eq!(Money::new(minor, currency(code)).amount(), amount);
        }
    }

    #[test]
    fn amounts_are_read_with_as_many_zeros_as_one_likes() {
        for (amount, code, minor) in [
            ("73", "EUR", Ok(7_300)),
            ("73.00000", "EUR", Ok(7_300)),
            ("0027.5", "EUR", Ok(2_750)),
            ("-0.05", "EUR", Ok(-5)),
            ("-0", "EUR", Ok(0)),
            ("100.0", "JPY", Ok(100)),
            ("1.234", "KWD", Ok(1_234)),
            ("27.555", "EUR", Err(NotAnAmount::TooPrecise)),
            ("1.5", "JPY", Err(NotAnAmount::TooPrecise)),
            ("99999999999999999999", "EUR", Err(NotAnAmount::TooLarge)),
            ("", "EUR", Err(NotAnAmount::NotANumber)),
            (".5", "EUR", Err(NotAnAmount::NotANumber)),
            ("5.", "EUR", Err(NotAnAmount::NotANumber)),
            ("--5", "EUR", Err(NotAnAmount::NotANumber)),
            ("+5", "EUR", Err(NotAnAmount::NotANumber)),
            ("1e3", "EUR", Err(NotAnAmount::NotANumber)),
            ("1,5", "EUR", Err(NotAnAmount::NotANumber)),
            ("٣", "EUR", Err(NotAnAmount::NotANumber)),
        ] {
            assert_eq!(Money::parse(amount, currency(code)).map(Money::minor), minor, "{amount:?} {code}");
        }
    }

    #[test]
    fn different_currencies_make_no_sum() {
        assert_eq!(euros(1).plus(Money::new(1, currency("GBP"))), Err(SumError::Currencies));
        assert_eq!(euros(i64::MAX).plus(euros(1)), Err(SumError::TooLarge));
        assert_eq!(euros(i64::MIN).times(-1), Err(SumError::TooLarge));
    }

    #[test]
    fn halves_go_away_from_zero() {
        let half: Percent = "50".parse().expect("a rate");
        assert_eq!([half.of(euros(3)), half.of(euros(-3)), half.of(euros(4))], [euros(2), euros(-2), euros(2)]);
        // 23 % contained in 123.00 are 23.00, and 23 % on 100.00 are 23.00.
        let vat: Percent = "23".parse().expect("a rate");
        assert_eq!((vat.within(euros(12_300)), vat.of(euros(10_000))), (euros(2_300), euros(2_300)));
    }

    #[test]
    fn a_rate_is_a_percentage_with_four_decimals() {
        for (text, millionths) in [("0", 0), ("23", 230_000), ("5.5", 55_000), ("0.0001", 1), ("100.0000", 1_000_000)] {
            let rate: Percent = text.parse().expect("a rate");
            assert_eq!(rate.millionths(), millionths);
            assert_eq!(rate.to_string().parse(), Ok(rate));
        }
        for wrong in ["", "-1", "100.0001", "101", "5,5", "0.00001", ".5", "5."] {
            assert_eq!(wrong.parse::<Percent>(), Err(NotAPercent), "{wrong:?}");
        }
    }

    proptest! {
        /// An amount is read back as it was written, in every currency.
        #[test]
        fn an_amount_comes_back(minor: i64, choice: prop::sample::Index) {
            let codes = Currency::choices();
            let money = Money::new(minor, currency(choice.get(&codes).0));
            // The smallest number has no positive counterpart to read.
            prop_assume!(minor != i64::MIN);
            prop_assert_eq!(Money::parse(&money.amount(), money.currency()), Ok(money));
        }

        /// A part and the rest add up to the whole, a part is at most the whole, and a refund is the negative of the
        /// charge.
        #[test]
        fn parts_add_up(minor in -1_000_000_000_000_i64..1_000_000_000_000, millionths in 0_u32..=1_000_000) {
            let (amount, rate) = (euros(minor), Percent::from_millionths(millionths).expect("a rate"));
            for part in [rate.of(amount), rate.within(amount), amount.share(millionths.into(), 1_000_000)] {
                let rest = amount.minus(part).expect("a rest");
                prop_assert_eq!(part.plus(rest), Ok(amount));
                prop_assert!(part.minor().unsigned_abs() <= amount.minor().unsigned_abs());
            }
            prop_assert_eq!(rate.of(euros(-minor)), rate.of(amount).times(-1).expect("the opposite"));
        }

        /// The tax added to a net amount and the tax contained in the gross amount differ by at most one minor unit.
        #[test]
        fn added_and_included_agree(minor in 0_i64..1_000_000_000_000, millionths in 0_u32..=1_000_000) {
            let (net, rate) = (euros(minor), Percent::from_millionths(millionths).expect("a rate"));
            let tax = rate.of(net);
            let found = rate.within(net.plus(tax).expect("a gross amount"));
            prop_assert!((found.minor() - tax.minor()).abs() <= 1);
        }
    }
}
