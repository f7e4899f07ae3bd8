//! What a letter says that a booking costs.

use slotkeeper_domain::account::Language;
use slotkeeper_domain::catalogue::{Catalogue, Pricing};
use slotkeeper_domain::money::Money;
use slotkeeper_domain::options::{self, ChosenOption};
use slotkeeper_domain::order::pricing;
use slotkeeper_emails::{Costs, PriceLine};
use slotkeeper_store::tables::bookings::Booking;

/// The price as it was booked and what was paid. The lines are made from the catalogue of today, and are left out when they
/// do not add up to that price: prices may have changed since.
pub(super) fn costs(catalogue: &Catalogue, booking: &Booking, language: Language) -> Option<Costs> {
    let total = booking.details.price.gross;
    let paid = Money::new(booking.paid, total.currency());
    let lines = lines(catalogue, booking, language).unwrap_or_default();
    Costs::new(lines, total, paid).or_else(|_| Costs::new(Vec::new(), total, paid)).ok()
}

fn lines(catalogue: &Catalogue, booking: &Booking, language: Language) -> Option<Vec<PriceLine>> {
    let product = catalogue.product(&booking.product)?;
    let name = || product.name.r#in(language).to_owned();
    let times = |number: i64, text: &str| if number == 1 { text.to_owned() } else { format!("{number} × {text}") };
    let mut lines = Vec::new();
    match pricing(product, booking.drop_in_event.is_some()) {
        None => {}
        Some(Pricing::PerBooking(price)) => lines.push(PriceLine { text: name(), amount: *price }),
        Some(Pricing::PerPerson(pricing)) => {
            for rate in pricing {
                let number = i64::from(booking.party.number_of(&rate.category));
                let category = catalogue.category(&rate.category).map(|category| category.name.r#in(language));
                let text = format!("{number} × {}", category.unwrap_or_default());
                lines.push(PriceLine { text, amount: rate.price.times(number).ok()? });
            }
        }
    }
    for option in &booking.details.options {
        let price = options::prices(std::slice::from_ref(option), product, &booking.party).ok()?;
        lines
            .extend(price.into_iter().map(|amount| PriceLine { text: option_text(option, language, product), amount }));
    }
    for adjustment in &booking.details.adjustments {
        let amount = adjustment.unit_price.times(adjustment.quantity).ok()?;
        lines.push(PriceLine { text: times(adjustment.quantity, &adjustment.description), amount });
    }
    if !catalogue.settings.prices_include_taxes {
        for (id, amount) in &booking.details.price.taxes {
            let text = catalogue.tax(id)?.name.r#in(language).to_owned();
            lines.push(PriceLine { text, amount: *amount });
        }
    }
    lines.retain(|line| line.amount.minor() != 0);
    let total = booking.details.price.gross;
    let sum = lines.iter().try_fold(Money::zero(total.currency()), |sum, line| sum.plus(line.amount)).ok()?;
    let rest = total.minus(sum).ok()?;
    if rest.minor() != 0 {
        let text = booking.details.discounts.promotion_name().filter(|_| rest.minor() < 0)?;
        lines.push(PriceLine { text, amount: rest });
    }
    Some(lines)
}

fn option_text(option: &ChosenOption, language: Language, product: &slotkeeper_domain::catalogue::Product) -> String {
    let (name, value) = option.named(Some(product), language);
    match option.value {
        options::ChosenValue::OnOff(_) => name,
        options::ChosenValue::Choice(_) | options::ChosenValue::Number(_) | options::ChosenValue::Text(_) => {
            format!("{name}: {value}")
        }
    }
}
