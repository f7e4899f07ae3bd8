//! Bookings as responses and payloads show them (wire reference, section 4.6). Customers and participants are included
//! on request, as far as the key may read them, and a page is limited in bytes.

use crate::availability::resources;
use crate::customers::person::{Customer, LinkedPerson, PersonContext, Viewer};
use crate::document::AsParameter;
use crate::error::ApiError;
use crate::wire::{Money, NamedValue, PeopleNumber, Resource};
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::context::ReadContext;
use slotkeeper_app::customers::rights::ReadCustomers;
use slotkeeper_app::customers::show::{CustomerView, People, people};
use slotkeeper_domain::booking::{Participant as Person, Who, all_participants};
use slotkeeper_domain::id::{CustomerId, LinkedPersonId};
use slotkeeper_domain::money;
use slotkeeper_domain::order::bytes_of;
use slotkeeper_domain::price;
use slotkeeper_domain::text::json_bytes;
use slotkeeper_domain::time::WireTime;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::bookings;
use std::collections::BTreeSet;

/// Which people are to be included with a booking.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Expansion {
    pub(crate) customer: bool,
    /// The details of all participants.
    pub(crate) participants: bool,
}

/// Who comes when to what, and what it costs (wire reference, section 4.6).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Booking {
    booking_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_course_enrolled_event_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dropin_course_enrolled_event_id: Option<String>,
    #[schemars(with = "AsParameter<WireTime>")]
    start_time: String,
    #[schemars(with = "AsParameter<WireTime>")]
    end_time: String,
    customer_id: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_ref: Option<String>,
    participants: Participants,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource>,
    canceled: bool,
    accepted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ip: Option<String>,
    #[schemars(with = "AsParameter<WireTime>")]
    creation_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_agent: Option<String>,
    product_name: String,
    product_id: String,
    options: Vec<NamedValue>,
    private_event: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    price_adjustments: Vec<Adjustment>,
    price: Price,
    #[serde(skip_serializing_if = "Option::is_none")]
    promotion_name: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coupon_codes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    specific_voucher_code: Option<String>,
    no_show: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<AsParameter<WireTime>>")]
    last_change_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_change_agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<AsParameter<WireTime>>")]
    cancelation_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelation_agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<Customer>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Participants {
    numbers: Vec<PeopleNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Vec<Participant>>,
}

/// Somebody who comes (wire reference, section 4.7).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Participant {
    person_id: String,
    people_category_id: String,
    category_index: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    person_details: Option<LinkedPerson>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PriceAdjustment")]
struct Adjustment {
    unit_price: Money,
    quantity: i64,
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tax_ids: Vec<String>,
}

/// What a booking costs, and what of that is paid (wire reference, section 4.5).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Price {
    total_gross: Money,
    total_net: Money,
    total_taxes: Money,
    total_paid: Money,
    taxes: Vec<TaxAmount>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PriceTax")]
struct TaxAmount {
    tax_id: String,
    amount: Money,
}

impl Price {
    /// The price, of which `paid` minor units of its currency have been paid.
    pub(crate) fn of(price: &price::Price, paid: i64) -> Self {
        let currency = price.gross.currency();
        // Both sums fitted when the price was computed, so their difference does.
        let total_taxes = price.total_taxes().unwrap_or(money::Money::zero(currency));
        Self {
            total_gross: price.gross.into(),
            total_net: price.net.into(),
            total_taxes: total_taxes.into(),
            total_paid: money::Money::new(paid, currency).into(),
            taxes: price
                .taxes
                .iter()
                .map(|(id, amount)| TaxAmount { tax_id: id.to_string(), amount: (*amount).into() })
                .collect(),
        }
    }
}

/// Context for showing bookings.
pub(crate) struct View<'a> {
    by: PersonContext<'a>,
    /// The requested people within the key's visibility; `None` if the key may not read customers or none were
    /// requested.
    people: Option<People>,
    expansion: Expansion,
}

/// Most bytes of a page of bookings. A single booking is always shown: its size is bounded by a thousand participants.
/// Without people, a page reaches this only with bookings from before orders were limited in bytes.
const LARGEST_PAGE: usize = 8 * 1024 * 1024;

/// Most people that are looked up at a time; a single booking with more of them is looked up as a whole.
const PEOPLE_AT_A_TIME: usize = 1_000;

/// The bookings as responses show them, with people only as far as the principal may read them.
///
/// # Errors
/// 400 when the page would have more than 8 MiB; the message says how many bookings fit.
pub(crate) fn present(
    cx: &mut ReadContext<'_>,
    viewer: &Viewer,
    found: &[bookings::Booking],
    expansion: Expansion,
) -> Result<Vec<Booking>, ApiError> {
    let catalogue = cx.catalogue()?;
    let by = viewer.with(&catalogue);
    let readable = cx.grant().access::<ReadCustomers>().filter(|_| expansion.customer || expansion.participants);
    let Some(readable) = readable else {
        // Without people only options and adjustments are counted, before anything is written.
        let mut bytes = 0;
        let beyond = found.iter().position(|booking| {
            bytes += bytes_of(&booking.details.options, &booking.details.adjustments);
            bytes > LARGEST_PAGE
        });
        if let Some(fit) = beyond.filter(|_| found.len() > 1) {
            return Err(too_large(fit));
        }
        let view = View { by, people: None, expansion };
        return Ok(found.iter().map(|booking| view.booking(booking)).collect());
    };
    let (mut presented, mut bytes) = (Vec::with_capacity(found.len()), 0);
    // The error comes as soon as the page is too large, so the rest is not looked up.
    for some in few_people_each(found, expansion) {
        let (customers, linked) = everybody_in(some, expansion);
        let people = people(cx, readable.visibility(), &customers, &linked)?;
        let view = View { by, people: Some(people), expansion };
        for booking in some {
            let booking = view.booking(booking);
            bytes += json_bytes(&booking);
            presented.push(booking);
            if bytes > LARGEST_PAGE && found.len() > 1 {
                return Err(too_large(presented.len() - 1));
            }
        }
    }
    Ok(presented)
}

pub(crate) fn present_one(
    cx: &mut ReadContext<'_>,
    viewer: &Viewer,
    booking: &bookings::Booking,
    expansion: Expansion,
) -> Result<Booking, ApiError> {
    let presented = present(cx, viewer, std::slice::from_ref(booking), expansion)?;
    presented.into_iter().next().ok_or_else(ApiError::internal)
}

/// The same bookings in groups with at most `PEOPLE_AT_A_TIME` people each.
fn few_people_each(mut found: &[bookings::Booking], expansion: Expansion) -> Vec<&[bookings::Booking]> {
    let mut pieces = Vec::new();
    while !found.is_empty() {
        let mut people = 0;
        let fits = found.iter().take_while(|booking| {
            let named = if expansion.participants { booking.details.participants.len() } else { 0 };
            people += 1 + named;
            people <= PEOPLE_AT_A_TIME
        });
        // At least one booking, or a booking with more people than that would never be passed.
        let (piece, rest) = found.split_at(fits.count().max(1));
        pieces.push(piece);
        found = rest;
    }
    pieces
}

fn too_large(fit: usize) -> ApiError {
    ApiError::bad_request(format!(
        "The bookings of this page have more than {} MiB, with the people in them if those are asked for. Search again with fewer \
         on a page: itemsPerPage={}.",
        LARGEST_PAGE / 1024 / 1024,
        fit.max(1)
    ))
}

/// A booking with its customer and participants, for the payload of a delivery. `gone`: the booking is about to be
/// deleted and is shown as cancelled.
pub(crate) fn present_payload(
    cx: &mut ReadContext<'_>,
    viewer: &Viewer,
    booking: &bookings::Booking,
    gone: bool,
) -> Result<Booking, StoreError> {
    let expansion = Expansion { customer: true, participants: true };
    let people = match cx.grant().access::<ReadCustomers>() {
        Some(access) => {
            let (customers, linked) = everybody_in(std::slice::from_ref(booking), expansion);
            Some(people(cx, access.visibility(), &customers, &linked)?)
        }
        None => None,
    };
    let catalogue = cx.catalogue()?;
    let view = View { by: viewer.with(&catalogue), people, expansion };
    let shown = view.booking(booking);
    Ok(Booking { canceled: shown.canceled || gone, ..shown })
}

/// The ids of the bookings' customers and, if participants are requested, of the linked people among them. Each id
/// comes once.
fn everybody_in(found: &[bookings::Booking], expansion: Expansion) -> (Vec<CustomerId>, Vec<LinkedPersonId>) {
    let named = found.iter().flat_map(|booking| &booking.details.participants);
    let linked = named.filter_map(|one| one.person.linked()).filter(|_| expansion.participants);
    (unique(found.iter().map(|booking| &booking.customer)), unique(linked))
}

fn unique<'a, T: Ord + Clone + 'a>(ids: impl Iterator<Item = &'a T>) -> Vec<T> {
    ids.collect::<BTreeSet<_>>().into_iter().cloned().collect()
}

impl<'a> View<'a> {
    /// Shows bookings without customer and participant details, as responses to changes do.
    pub(crate) fn alone(by: PersonContext<'a>) -> Self {
        Self { by, people: None, expansion: Expansion::default() }
    }

    pub(crate) fn booking(&self, booking: &bookings::Booking) -> Booking {
        let (zone, details) = (&self.by.account.zone, &booking.details);
        let product = self.by.catalogue.product(&booking.product);
        let customer = self.customer(&booking.customer).filter(|_| self.expansion.customer);
        let text = |id: &slotkeeper_domain::event::EventId| id.to_string();
        Booking {
            booking_number: booking.number.to_string(),
            event_id: booking.event.as_ref().map(text),
            first_course_enrolled_event_id: booking.enrolled_event.as_ref().map(text),
            dropin_course_enrolled_event_id: booking.drop_in_event.as_ref().map(text),
            start_time: booking.span.from.to_wire(zone),
            end_time: booking.span.to.to_wire(zone),
            customer_id: booking.customer.to_string(),
            title: title(booking),
            external_ref: booking.external_ref.clone(),
            participants: self.participants(booking),
            resources: resources(&details.resources, self.by.catalogue, self.by.language),
            canceled: booking.cancelled.is_some(),
            accepted: booking.accepted,
            source_ip: details.source_ip.clone(),
            creation_time: booking.created.at.to_wire_minutes(zone),
            creation_agent: booking.created.agent.clone(),
            // The current name in the caller's language; the name at the time of booking if the product was deleted.
            product_name: product
                .map_or_else(|| details.product_name.clone(), |product| product.name.r#in(self.by.language).to_owned()),
            product_id: booking.product.to_string(),
            options: details
                .options
                .iter()
                .map(|option| {
                    let (name, value) = option.named(product, self.by.language);
                    NamedValue { id: Some(option.id.clone()), name: Some(name), value }
                })
                .collect(),
            private_event: details.private_event,
            price_adjustments: details
                .adjustments
                .iter()
                .map(|adjustment| Adjustment {
                    unit_price: adjustment.unit_price.into(),
                    quantity: adjustment.quantity,
                    description: adjustment.description.clone(),
                    tax_ids: adjustment.taxes.iter().map(ToString::to_string).collect(),
                })
                .collect(),
            price: Price::of(&details.price, booking.paid),
            promotion_name: details.discounts.promotion_name(),
            coupon_codes: details.discounts.coupons().map(ToString::to_string).collect(),
            specific_voucher_code: details.discounts.voucher.as_ref().map(|voucher| voucher.code.to_string()),
            no_show: booking.no_show,
            source: details.source.clone(),
            last_change_time: booking.changed.as_ref().map(|stamp| stamp.at.to_wire_minutes(zone)),
            last_change_agent: booking.changed.as_ref().and_then(|stamp| stamp.agent.clone()),
            cancelation_time: booking.cancelled.as_ref().map(|stamp| stamp.at.to_wire_minutes(zone)),
            cancelation_agent: booking.cancelled.as_ref().and_then(|stamp| stamp.agent.clone()),
            customer: customer.map(|shown| self.by.customer(shown)),
        }
    }

    fn participants(&self, booking: &bookings::Booking) -> Participants {
        let numbers = booking
            .party
            .numbers()
            .map(|(category, number)| PeopleNumber { people_category_id: category.to_string(), number });
        let details = self.expansion.participants.then(|| {
            // Participants without details are listed, too, as unknown people.
            let everybody = all_participants(&booking.details.participants, &booking.party);
            everybody.iter().map(|person| self.participant(person, &booking.customer)).collect()
        });
        Participants { numbers: numbers.collect(), details }
    }

    fn customer(&self, id: &CustomerId) -> Option<&CustomerView> {
        self.people.as_ref().and_then(|people| people.customers.get(id))
    }

    /// A linked person that the key may not read is shown by the id alone (wire reference, section 2.2). If the key may
    /// read the customer, a missing linked person was removed, and is shown as unknown.
    fn participant(&self, participant: &Person, customer: &CustomerId) -> Participant {
        let customer = self.customer(customer);
        let (person_id, person_details) = match &participant.person {
            Who::Unknown => ("PUNKNOWN".to_owned(), None),
            Who::Customer => ("PSELF".to_owned(), customer.map(|shown| self.by.as_participant(shown))),
            Who::Linked(id) => {
                let person = self.people.as_ref().and_then(|people| people.linked.get(id));
                match (customer, person) {
                    (Some(_), None) => ("PUNKNOWN".to_owned(), None),
                    (_, person) => (id.to_string(), person.map(|person| self.by.linked(person))),
                }
            }
        };
        Participant {
            person_id,
            people_category_id: participant.category.to_string(),
            category_index: participant.index,
            person_details,
        }
    }
}

/// The title: the customer's name or, if there is none, the booking number. Never an e-mail address: a key that reads
/// bookings may not be allowed to read customers.
fn title(booking: &bookings::Booking) -> String {
    if booking.title.is_empty() { booking.number.to_string() } else { booking.title.clone() }
}
