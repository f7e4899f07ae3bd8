//! What a letter is told of a booking.

use super::costs::costs;
use crate::App;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::catalogue::{Catalogue, Product};
use slotkeeper_domain::customer::Person;
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::options::{ChosenOption, ChosenValue};
use slotkeeper_domain::scheduled::attended_times;
use slotkeeper_domain::time::Zone;
use slotkeeper_emails::{
    Booking as Told, Business, Cancellation, Choice, ChoiceValue, Customer, EmailContext, People, TimeSpan,
};
use slotkeeper_store::tables::accounts::{self, Account};
use slotkeeper_store::tables::bookings::Booking;
use slotkeeper_store::tables::customers;
use slotkeeper_store::{Snapshot, StoreError};

/// Whose booking it is, and with whom.
pub(super) struct BookingParties {
    pub business: Business,
    pub customer: Person,
}

impl BookingParties {
    /// Reads it; nothing if the customer is gone or the account sells nothing.
    pub fn read(
        db: &mut Snapshot,
        app: &App,
        account: &Account,
        booking: &Booking,
    ) -> Result<Option<Self>, StoreError> {
        let customer = customers::find(db, &account.id, &booking.customer)?;
        let (Some(customer), Some(business)) = (customer, business(db, app, account)?) else { return Ok(None) };
        Ok(Some(Self { business, customer: customer.person }))
    }

    /// Everything that a letter in this language can say of the booking.
    pub fn input(&self, app: &App, catalogue: &Catalogue, booking: &Booking, language: Language) -> EmailContext {
        let product = catalogue.product(&booking.product);
        let name = match product {
            Some(product) => product.name.r#in(language).to_owned(),
            None => booking.details.product_name.clone(),
        };
        let people = booking.party.numbers().map(|(category, number)| People {
            category: catalogue
                .category(category)
                .map_or_else(|| category.to_string(), |category| category.name.r#in(language).to_owned()),
            number,
        });
        let spans = attended_by(&self.business.zone, product, booking).into_iter();
        let times = spans.map(|span| TimeSpan { start: span.from, end: span.to }).collect();
        let told = Told {
            number: booking.number.clone(),
            product: name,
            times,
            people: people.collect(),
            options: booking.details.options.iter().map(|option| choice(option, product, language)).collect(),
            customer: self.customer(),
            costs: costs(catalogue, booking, language),
            accepted: booking.accepted,
            cancellation: booking.cancelled.as_ref().map(|_| Cancellation {
                reason: booking.details.cancellation_reason.clone(),
                fee: booking.details.cancellation_fee.filter(|fee| fee.minor() != 0),
            }),
            changes: u32::try_from(booking.changes).unwrap_or(u32::MAX),
            // There is no page yet where a customer or the business could look at it.
            link: None,
        };
        EmailContext { language, written_at: app.now(), business: self.business.clone(), booking: told }
    }

    fn customer(&self) -> Customer {
        let person = &self.customer;
        Customer {
            name: person.display_name(),
            email: person.email_address.clone(),
            phone: person.phones.first().map(|phone| phone.number.clone()),
        }
    }
}

/// A business as its letters know it; nothing if the account sells nothing.
pub(super) fn business(db: &mut Snapshot, app: &App, account: &Account) -> Result<Option<Business>, StoreError> {
    let Some(currency) = account.currency else { return Ok(None) };
    Ok(Some(Business {
        account: account.id.clone(),
        name: account.name.clone(),
        zone: account.zone.clone(),
        currency,
        sender: app.sender().clone(),
        country: account.country,
        contact: accounts::contact_details(db, &account.id)?.unwrap_or_default(),
    }))
}

/// When a booking is: one time, or the classes of a course in order.
pub(super) fn attended_by(zone: &Zone, product: Option<&Product>, booking: &Booking) -> Vec<Span> {
    let event = product.zip(booking.event.as_ref()).filter(|_| booking.drop_in_event.is_none());
    let classes =
        event.map(|(product, event)| attended_times(product, booking.enrolled_event.as_ref().unwrap_or(event), zone));
    // What the booking says counts, should the schedule have been changed since.
    let classes = classes.filter(|classes| classes.first() == Some(&booking.span));
    classes.unwrap_or_else(|| vec![booking.span])
}

fn choice(option: &ChosenOption, product: Option<&Product>, language: Language) -> Choice {
    let (name, words) = option.named(product, language);
    let value = match option.value {
        ChosenValue::OnOff(on) => ChoiceValue::OnOff(on),
        ChosenValue::Choice(_) | ChosenValue::Number(_) | ChosenValue::Text(_) => ChoiceValue::Text(words),
    };
    Choice { name, value }
}
