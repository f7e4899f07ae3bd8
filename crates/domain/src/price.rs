//! Prices of bookings.
//!
//! A price consists of lines: prices of people, options and adjustments, each with its taxes. Lines with the same taxes
//! are added up before taxes are computed, so that each tax is rounded once per group and not once per person (wire
//! reference, sections 6.8 and 9).

use crate::catalogue::{Catalogue, Pricing, Product};
use crate::id::TaxId;
use crate::money::{Money, SumError};
use crate::options::{self, ChosenOption};
use crate::party::Party;
use serde::{Deserialize, Serialize};

/// A part of a price. Whether taxes are included is a setting of the business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceLine {
    pub amount: Money,
    pub taxes: Vec<TaxId>,
}

/// The total of a booking: `gross` is `net` and all taxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub gross: Money,
    pub net: Money,
    /// In the order of the catalogue, including taxes of zero.
    pub taxes: Vec<(TaxId, Money)>,
}

/// An extra line on a price (wire reference, section 4.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adjustment {
    /// Negative for a discount.
    pub unit_price: Money,
    pub quantity: i64,
    pub description: String,
    pub taxes: Vec<TaxId>,
}

impl Price {
    #[must_use]
    pub fn is_negative(&self) -> bool {
        let amounts = [self.gross, self.net].into_iter().chain(self.taxes.iter().map(|(_, tax)| *tax));
        amounts.into_iter().any(|amount| amount.minor() < 0)
    }

    /// # Errors
    /// If it is too large.
    pub fn total_taxes(&self) -> Result<Money, SumError> {
        self.gross.minus(self.net)
    }
}

/// The lines of a booking. `pricing` is that of the product or of a single class.
///
/// # Errors
/// If an amount is too large.
pub fn lines(
    product: &Product,
    pricing: Option<&Pricing>,
    party: &Party,
    chosen: &[ChosenOption],
    adjustments: &[Adjustment],
) -> Result<Vec<PriceLine>, SumError> {
    let mut amounts = match pricing {
        None => Vec::new(),
        Some(Pricing::PerBooking(price)) => vec![*price],
        Some(Pricing::PerPerson(pricing)) => {
            let rate = |rate: &crate::catalogue::UnitPrice| rate.price.times(party.number_of(&rate.category).into());
            pricing.iter().map(rate).collect::<Result<_, _>>()?
        }
    };
    amounts.extend(options::prices(chosen, product, party)?);
    let mut lines: Vec<PriceLine> =
        amounts.into_iter().map(|amount| PriceLine { amount, taxes: product.taxes.clone() }).collect();
    for adjustment in adjustments {
        let amount = adjustment.unit_price.times(adjustment.quantity)?;
        lines.push(PriceLine { amount, taxes: adjustment.taxes.clone() });
    }
    Ok(lines)
}

/// The display price: the sum of the lines as the business states its prices, without taxes that are only added at
/// checkout (wire reference, section 4.4). `zero` is zero in the account's currency.
///
/// # Errors
/// If the sum is too large or currencies differ.
pub fn display(lines: &[PriceLine], zero: Money) -> Result<Money, SumError> {
    lines.iter().try_fold(zero, |sum, line| sum.plus(line.amount))
}

/// The total of the lines, with taxes. `zero` is zero in the account's currency.
///
/// # Errors
/// If the sum is too large or currencies differ.
pub fn total(lines: &[PriceLine], catalogue: &Catalogue, zero: Money) -> Result<Price, SumError> {
    let enabled = || catalogue.taxes.iter().filter(|tax| tax.enabled);
    let mut groups: Vec<(Vec<usize>, Money)> = Vec::new();
    for line in lines {
        let taxes: Vec<usize> = enabled()
            .enumerate()
            .filter(|(_, tax)| line.taxes.contains(&tax.id))
            .map(|(position, _)| position)
            .collect();
        match groups.iter_mut().find(|(known, _)| *known == taxes) {
            // Lines with the same taxes form one group, which is rounded once per tax.
            Some((_, sum)) => *sum = sum.plus(line.amount)?,
            None => groups.push((taxes, line.amount)),
        }
    }
    let mut sums: Vec<Option<Money>> = vec![None; enabled().count()];
    let mut gross = zero;
    for (taxes, amount) in groups {
        let pricing: Vec<_> = enabled().enumerate().filter(|(position, _)| taxes.contains(position)).collect();
        let all = pricing.iter().map(|(_, tax)| tax.rate.millionths()).sum();
        gross = gross.plus(amount)?;
        for (position, tax) in pricing {
            let part = if catalogue.settings.prices_include_taxes {
                tax.rate.within_all(all, amount)
            } else {
                let part = tax.rate.of(amount);
                gross = gross.plus(part)?;
                part
            };
            sums[position] = Some(sums[position].unwrap_or(zero).plus(part)?);
        }
    }
    let taxes: Vec<(TaxId, Money)> =
        enabled().zip(sums).filter_map(|(tax, sum)| sum.map(|sum| (tax.id.clone(), sum))).collect();
    let net = taxes.iter().try_fold(gross, |rest, (_, tax)| rest.minus(*tax))?;
    Ok(Price { gross, net, taxes })
}

/// Distributes a reduction over the lines in proportion to their amounts; the reductions add up to exactly `off`. No
/// line changes its sign. `off` must be between zero and the sum of the lines.
///
/// # Errors
/// If an amount is too large or currencies differ.
pub fn reduced(lines: &[PriceLine], off: Money) -> Result<Vec<PriceLine>, SumError> {
    let zero = Money::zero(off.currency());
    let whole = display(lines, zero)?;
    let (mut before, mut taken) = (zero, zero);
    let mut left = Vec::with_capacity(lines.len());
    for line in lines {
        // The cumulative reduction is rounded, not the one of each line, so that rounding errors do not add up.
        before = before.plus(line.amount)?;
        let up_to_here = before.share(off.minor(), whole.minor());
        let amount = line.amount.minus(up_to_here.minus(taken)?)?;
        taken = up_to_here;
        left.push(PriceLine { amount, taxes: line.taxes.clone() });
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, euros};
    use proptest::prelude::*;

    fn line(minor: i64, taxes: &[&str]) -> PriceLine {
        let taxes = taxes.iter().map(|id| id.parse().expect("an id")).collect();
        PriceLine { amount: euros(minor), taxes }
    }

    #[test]
    fn taxes_are_added_or_are_in_the_price() {
        let mut catalogue = testing::catalogue();
        let lines = [line(12_500, &["312TAX0001"]), line(1_000, &[])];
        let added = total(&lines, &catalogue, euros(0)).expect("a price");
        assert_eq!((added.gross, added.net), (euros(14_750), euros(13_500)));
        assert_eq!(added.taxes, [("312TAX0001".parse().expect("an id"), euros(1_250))]);
        catalogue.settings.prices_include_taxes = true;
        let included = total(&lines, &catalogue, euros(0)).expect("a price");
        assert_eq!((included.gross, included.net), (euros(13_500), euros(12_364)));
        assert_eq!(display(&lines, euros(0)), Ok(euros(13_500)));
    }

    #[test]
    fn one_rounding_for_a_tax_and_not_one_for_each_person() {
        let catalogue = testing::catalogue();
        let three = [line(3, &["312TAX0001"]), line(3, &["312TAX0001"]), line(3, &["312TAX0001"])];
        assert_eq!(total(&three, &catalogue, euros(0)).expect("a price").gross, euros(10));
    }

    #[test]
    fn people_options_and_adjustments_make_the_lines() {
        let catalogue = testing::catalogue();
        let tour = &catalogue.products[0];
        let party = Party::parse_list("Cadults:2,Cchildren:1").expect("a party");
        let input = |id: &str, value: &str| options::OptionInput {
            id: Some(format!("312KAYK4E9L17A2B6C8D0_{id}")),
            name: None,
            value: value.to_owned(),
        };
        let chosen = options::choose(
            tour,
            &[input("H5J8CDYP", "2"), input("B7N2MXRL", "true")],
            crate::account::Language::BRITISH_ENGLISH,
        )
        .expect("options");
        let discount = Adjustment {
            unit_price: euros(-500),
            quantity: 2,
            description: "Rain".to_owned(),
            taxes: vec!["312TAX0001".parse().expect("an id")],
        };
        let lines = lines(tour, tour.pricing.as_ref(), &party, &chosen, &[discount]).expect("lines");
        // 2 × 45 + 30, 2 dry bags at 5, a wetsuit for three at 8, and 10 off.
        assert_eq!(display(&lines, euros(0)), Ok(euros(9_000 + 3_000 + 1_000 + 2_400 - 1_000)));
    }

    proptest! {
        /// The lines lose exactly the reduction, also if some are negative, and no line loses more than its amount.
        #[test]
        fn lines_lose_what_is_taken_off(
            amounts in prop::collection::vec(-100_000_i64..1_000_000, 1..8),
            part in 0_i64..=1_000,
        ) {
            let lines: Vec<PriceLine> = amounts.iter().map(|minor| line(*minor, &[])).collect();
            let whole = display(&lines, euros(0)).expect("a sum");
            prop_assume!(whole.minor() > 0);
            let off = whole.share(part, 1_000);
            let left = reduced(&lines, off).expect("lines");
            prop_assert_eq!(display(&left, euros(0)).expect("a sum").plus(off), Ok(whole));
            for (before, after) in lines.iter().zip(&left) {
                let (before, after) = (before.amount.minor(), after.amount.minor());
                prop_assert!(after.abs() <= before.abs() && after * before >= 0, "{} {}", before, after);
            }
            if part == 1_000 {
                prop_assert!(left.iter().all(|line| line.amount == euros(0)));
            }
        }

        /// Net and taxes add up to gross, with taxes included or added, and a refund is the negative of the charge.
        #[test]
        fn parts_add_up(
            amounts in prop::collection::vec((-1_000_000_i64..1_000_000, 0_u8..4), 0..8),
            included: bool,
        ) {
            let mut catalogue = testing::catalogue();
            catalogue.settings.prices_include_taxes = included;
            let lines: Vec<PriceLine> = amounts.iter().map(|(minor, taxes)| {
                let ids = ["312TAX0001", "312TAX0002"];
                let taxes: Vec<&str> = (0..2).filter(|bit| taxes >> bit & 1 == 1).map(|bit| ids[bit]).collect();
                line(*minor, &taxes)
            }).collect();
            let price = total(&lines, &catalogue, euros(0)).expect("a price");
            let taxes = price.taxes.iter().try_fold(euros(0), |sum, (_, tax)| sum.plus(*tax)).expect("a sum");
            prop_assert_eq!(price.net.plus(taxes), Ok(price.gross));
            prop_assert_eq!(price.total_taxes(), Ok(taxes));
            let shown = display(&lines, euros(0)).expect("a sum");
            prop_assert_eq!(shown, if included { price.gross } else { price.net });
            let refund: Vec<PriceLine> =
                lines.iter().map(|line| PriceLine { amount: line.amount.times(-1).expect("a sum"), ..line.clone() }).collect();
            let back = total(&refund, &catalogue, euros(0)).expect("a price");
            prop_assert_eq!(back.gross.plus(price.gross), Ok(euros(0)));
            prop_assert_eq!(back.net.plus(price.net), Ok(euros(0)));
        }
    }
}
