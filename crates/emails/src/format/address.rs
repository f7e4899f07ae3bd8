//! Postal addresses.

use crate::clean::{LONGEST_VALUE, one_line};
use crate::context::Business;

/// The lines of the business's address, without the country; empty if it has no address.
pub(crate) fn address_lines(business: &Business) -> Vec<String> {
    let contact = &business.contact;
    let part = |text: &Option<String>| one_line(text.as_deref().unwrap_or_default(), LONGEST_VALUE);
    let (city, state, postcode) = (part(&contact.city), part(&contact.state), part(&contact.postcode));
    let joined = |parts: &[&str], separator: &str| {
        parts.iter().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(separator)
    };
    let town = match business.country.map(|country| country.as_str()) {
        Some("US" | "CA" | "AU") => joined(&[&city, &joined(&[&state, &postcode], " ")], ", "),
        Some("GB" | "IE") => joined(&[&city, &state, &postcode], ", "),
        _ => joined(&[&joined(&[&postcode, &city], " "), &state], ", "),
    };
    let lines = [part(&contact.address1), part(&contact.address2), town];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

pub(crate) fn address_line(business: &Business) -> String {
    one_line(&address_lines(business).join(", "), LONGEST_VALUE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preview::tests::business;

    #[test]
    fn the_postcode_stands_where_the_country_has_it() {
        let mut business = business();
        let contact = &mut business.contact;
        contact.address1 = Some("1 Pier\r\nRoad".to_owned());
        (contact.city, contact.state, contact.postcode) =
            (Some("Portland".to_owned()), Some("OR".to_owned()), Some("97201".to_owned()));
        for (country, line) in [
            (Some("US"), "1 Pier Road, Portland, OR 97201"),
            (Some("GB"), "1 Pier Road, Portland, OR, 97201"),
            (Some("DE"), "1 Pier Road, 97201 Portland, OR"),
            (None, "1 Pier Road, 97201 Portland, OR"),
        ] {
            business.country = country.map(|country| country.parse().expect("a country"));
            assert_eq!(address_line(&business), line);
        }
        business.contact = slotkeeper_domain::account::ContactDetails::default();
        assert!(address_lines(&business).is_empty());
    }
}
