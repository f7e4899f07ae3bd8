//! The things that notices show, written as the API answers them (wire reference, section 5.2).

use crate::bookings::booking::present_payload;
use crate::customers::person::Viewer;
use crate::payments::payment::{Payment, currency_of};
use crate::resourceblocks::block::ResourceBlock;
use crate::seatblocks::block::SeatBlock;
use serde::Serialize;
use slotkeeper_app::App;
use slotkeeper_app::access::Action;
use slotkeeper_app::authorizations::check::KeyHolder;
use slotkeeper_app::blocks::rights::ReadBlocks;
use slotkeeper_app::bookings::rights::ReadBookings;
use slotkeeper_app::context::{ReadContext, Unit};
use slotkeeper_app::customers::rights::ReadCustomers;
use slotkeeper_app::payments::rights::ReadPayments;
use slotkeeper_app::webhooks::items::PayloadItems;
use slotkeeper_domain::id::ApplicationId;
use slotkeeper_domain::webhook::Domain;
use slotkeeper_store::tables::{bookings, customers, payments, resourceblocks, seatblocks};
use slotkeeper_store::{Snapshot, StoreError};
use std::str::FromStr;

/// Writes things as `GET` of the thing would answer them to the key, in the main language of the account. Bookings come with
/// the customer and everybody who comes, as far as the key may read them.
#[derive(Debug, Clone, Copy)]
pub struct WirePayloads;

impl PayloadItems for WirePayloads {
    fn item(
        &self,
        db: &mut Snapshot,
        app: &App,
        holder: &KeyHolder,
        (domain, id): (Domain, &str),
        gone: bool,
    ) -> Result<Option<String>, StoreError> {
        let unit = Unit::of_payload(app, holder.grant());
        let (account, viewer) = (holder.account(), Viewer::of_payload(app, holder.grant()));
        let (whose, zone) = (&account.id, &account.zone);
        match domain {
            Domain::Bookings => {
                let found = bookings::find(db, whose, &id_of(id)?)?;
                let Some(booking) = seen::<ReadBookings, _>(holder, found, |one| one.application.as_ref()) else {
                    return Ok(None);
                };
                json(&present_payload(&mut ReadContext::within(db, &unit), &viewer, &booking, gone)?)
            }
            Domain::Customers => {
                let found = customers::show(db, whose, &id_of(id)?, app.now())?;
                let Some(shown) = seen::<ReadCustomers, _>(holder, found, |one| one.customer.application.as_ref())
                else {
                    return Ok(None);
                };
                let catalogue = ReadContext::within(db, &unit).catalogue()?;
                json(&viewer.with(&catalogue).customer(&shown))
            }
            Domain::Payments => {
                let found = payments::find(db, whose, &id_of(id)?)?;
                let Some(payment) = seen::<ReadPayments, _>(holder, found, |one| one.application.as_ref()) else {
                    return Ok(None);
                };
                let currency =
                    currency_of(account).map_err(|_| StoreError::inconsistent("payments without a currency"))?;
                json(&Payment::of(&payment, zone, currency))
            }
            Domain::SeatBlocks => {
                let found = seatblocks::find(db, whose, &id_of(id)?)?;
                let found = seen::<ReadBlocks, _>(holder, found, |one| one.application.as_ref());
                found.map_or(Ok(None), |block| json(&SeatBlock::of(&block, account)))
            }
            Domain::ResourceBlocks => {
                let found = resourceblocks::find(db, whose, &id_of(id)?)?;
                let found = seen::<ReadBlocks, _>(holder, found, |one| one.application.as_ref());
                let Some(block) = found else { return Ok(None) };
                let catalogue = ReadContext::within(db, &unit).catalogue()?;
                json(&ResourceBlock::of(&block, account, &catalogue, viewer.language))
            }
        }
    }
}

/// The thing, if the key has the right and it is within sight.
fn seen<R: Action, T>(
    holder: &KeyHolder,
    found: Option<T>,
    creator: impl Fn(&T) -> Option<&ApplicationId>,
) -> Option<T> {
    let access = holder.access::<R>()?;
    found.filter(|thing| access.visibility().shows(creator(thing)))
}

fn id_of<T: FromStr>(id: &str) -> Result<T, StoreError> {
    id.parse().map_err(|_| StoreError::inconsistent("a change of a thing with an impossible id"))
}

fn json<T: Serialize>(item: &T) -> Result<Option<String>, StoreError> {
    serde_json::to_string(item)
        .map(Some)
        .map_err(|_| StoreError::inconsistent("a thing that cannot be written as JSON"))
}
