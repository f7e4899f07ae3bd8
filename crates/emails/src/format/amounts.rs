//! Amounts of money.

use crate::language::{Currency, Locale};
use slotkeeper_domain::money::Money;

/// The amount with all decimals of its currency: `£1,234.50`, `1.234,50 €`. A no-break space keeps digits and currency
/// together.
pub(crate) fn amount(money: Money, locale: Locale) -> String {
    let amounts = locale.region.amounts;
    let places = money.currency().decimals();
    // At least one digit stands before the decimals.
    let digits = format!("{:0width$}", money.minor().unsigned_abs(), width = places + 1);
    let (whole, decimals) = digits.split_at(digits.len() - places);
    let mut number = String::new();
    for (index, digit) in whole.char_indices() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            number.push_str(amounts.group);
        }
        number.push(digit);
    }
    if places > 0 {
        number.push_str(amounts.decimal);
        number.push_str(decimals);
    }
    let sign = if money.minor() < 0 { "-" } else { "" };
    let code = money.currency().as_str();
    let symbol = amounts.symbols.iter().find(|(known, _)| *known == code).map(|(_, symbol)| *symbol);
    match (amounts.currency, symbol) {
        (Currency::Before, Some(symbol)) => format!("{sign}{symbol}{number}"),
        (Currency::Before, None) => format!("{sign}{code}\u{A0}{number}"),
        (Currency::BeforeWithSpace, symbol) => format!("{}\u{A0}{sign}{number}", symbol.unwrap_or(code)),
        (Currency::Behind, symbol) => format!("{sign}{number}\u{A0}{}", symbol.unwrap_or(code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_as_in_the_region() {
        for (minor, code, tag, written) in [
            (2_750, "GBP", "en-GB", "£27.50"),
            (123_456_789, "EUR", "en-GB", "€1,234,567.89"),
            (2_750, "USD", "en-GB", "USD~27.50"),
            (2_750, "USD", "en-US", "$27.50"),
            (2_750, "AUD", "en-US", "AUD~27.50"),
            (2_750, "AUD", "en-AU", "$27.50"),
            (-500, "GBP", "en-GB", "-£5.00"),
            (-500, "USD", "en-GB", "-USD~5.00"),
            (123_450, "EUR", "de-DE", "1.234,50~€"),
            (-5, "EUR", "de-DE", "-0,05~€"),
            (123_450, "CHF", "de-DE", "1.234,50~CHF"),
            (123_450, "EUR", "de-AT", "€~1.234,50"),
            (123_450, "CHF", "de-CH", "CHF~1’234.50"),
            (-500, "EUR", "de-CH", "EUR~-5.00"),
            (1_234, "JPY", "en-GB", "JPY~1,234"),
            (0, "JPY", "de-DE", "0~JPY"),
            (1_234, "KWD", "de-DE", "1,234~KWD"),
            (0, "EUR", "en-GB", "€0.00"),
            (i64::MIN, "EUR", "en-GB", "-€92,233,720,368,547,758.08"),
        ] {
            let money = Money::new(minor, code.parse().expect("a currency"));
            let locale = Locale::of(tag.parse().expect("a language"));
            assert_eq!(amount(money, locale).replace('\u{A0}', "~"), written, "{minor} {code} {tag}");
        }
    }
}
