//! Look for what moves. Nobody takes anything meanwhile, so what was passed stays passed.

use super::ZoneMoveContext;
use crate::App;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::inventory::{ClaimOwner, CurrentClaims, Span};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::zone_rule_change::moves;
use slotkeeper_store::tables::account_zones::{self, ZoneMoveStage};
use slotkeeper_store::tables::bookings::{self, Booking};
use slotkeeper_store::tables::zone_moves::{self, Moved};
use slotkeeper_store::tables::{claims, resourceblocks, seatblocks};
use slotkeeper_store::{Snapshot, StoreError};
use std::sync::Arc;
use std::time::Duration;

/// How many rows one piece looks at.
const PIECE: i64 = 200;
/// How far two clocks can be apart, and a bit.
const APART: Duration = Duration::from_secs(27 * 60 * 60);
/// How long before its end a block can have begun, and a bit.
const LONGEST_BLOCK: Duration = Duration::from_secs(368 * 24 * 60 * 60);

type After = (String, String);

pub(super) async fn piece(app: &App, moving: Arc<ZoneMoveContext>) -> Result<bool, StoreError> {
    let (unit, read) = (app.clone(), Arc::clone(&moving));
    let (found, after) = app.store().read(move |db| look(db, &unit, &read)).await?;
    let state = (moving.state.stage, moving.state.after.clone());
    let next = match after {
        Some(after) => (state.0, after),
        None => (state.0.next(), After::default()),
    };
    app.store()
        .write_unlogged(move |tx| {
            let mine = account_zones::advance(tx, &moving.account.id, (state.0, &state.1), (next.0, &next.1))?;
            if mine {
                zone_moves::add(tx, &moving.account.id, &found)?;
            }
            Ok(mine)
        })
        .await
}

/// What moves among the next rows, and which was the last of them; nothing if there are no more.
fn look(db: &mut Snapshot, app: &App, moving: &ZoneMoveContext) -> Result<(Vec<Moved>, Option<After>), StoreError> {
    let (account, since) = (&moving.account.id, moving.state.since);
    let catalogue = app.catalogues().of(db, account)?;
    let rezoning = moving.rezoning();
    let mut found = Vec::new();
    let mut add = |owner: &ClaimOwner, was: Span| {
        found.push(Moved { kind: owner.kind().to_owned(), id: owner.id(), was });
    };
    let after = &moving.state.after;
    let cursor = |earliest: Instant| (after.0.parse().map_or(earliest, Instant::from_millis), after.1.as_str());
    let more = |looked_at: usize| i64::try_from(looked_at).is_ok_and(|looked_at| looked_at >= PIECE);
    let last = match moving.state.stage {
        ZoneMoveStage::Bookings => {
            let rows = bookings::list_active_after(db, account, cursor(since.before(APART)), PIECE)?;
            for booking in &rows {
                if moves(booking.span, span_of(moving, &catalogue, booking), since) {
                    let owner = ClaimOwner::Booking(booking.number.clone());
                    let had = taken(&claims::current_claims(db, account, &owner)?);
                    add(&owner, had.unwrap_or(booking.span));
                }
            }
            let last = rows.last().filter(|_| more(rows.len()));
            last.map(|booking| (booking.span.from.as_millis().to_string(), booking.number.to_string()))
        }
        ZoneMoveStage::Events => {
            let earliest = moving.state.is.date_of(since.before(APART)).to_string();
            let from = if after.0.is_empty() { (earliest, String::new()) } else { after.clone() };
            let rows = claims::events_after(db, account, &from, PIECE)?;
            for event in &rows {
                let owner = ClaimOwner::Event(event.clone());
                let Some(was) = taken(&claims::current_claims(db, account, &owner)?) else { continue };
                if moves(was, rezoning.event(catalogue.product(&event.product), event, was), since) {
                    add(&owner, was);
                }
            }
            let last = rows.last().filter(|_| more(rows.len()));
            last.map(|event| (event.date.to_string(), event.to_string()))
        }
        ZoneMoveStage::SeatBlocks => {
            let rows = seatblocks::list_after(db, account, cursor(since.before(APART)), PIECE)?;
            for block in &rows {
                let product = catalogue.product(&block.event.product);
                let is = rezoning.start_of_event(product, &block.event, block.starts_at);
                if is != block.starts_at && since < is.max(block.starts_at) {
                    add(&ClaimOwner::SeatBlock(block.id.clone()), Span { from: block.starts_at, to: block.starts_at });
                }
            }
            let last = rows.last().filter(|_| more(rows.len()));
            last.map(|block| (block.starts_at.as_millis().to_string(), block.id.to_string()))
        }
        _ => {
            let rows = resourceblocks::list_after(db, account, cursor(since.before(LONGEST_BLOCK)), PIECE)?;
            for block in rows.iter().filter(|block| rezoning.block(block.span, since) != block.span) {
                add(&ClaimOwner::ResourceBlock(block.id.clone()), block.span);
            }
            let last = rows.last().filter(|_| more(rows.len()));
            last.map(|block| (block.span.from.as_millis().to_string(), block.id.to_string()))
        }
    };
    Ok((found, last))
}

/// When a booking is to be.
pub(super) fn span_of(moving: &ZoneMoveContext, catalogue: &Catalogue, booking: &Booking) -> Span {
    let product = catalogue.product(&booking.product);
    // Of a course it is the first class that is attended.
    let event = booking.drop_in_event.as_ref().or(booking.enrolled_event.as_ref()).or(booking.event.as_ref());
    match event {
        Some(event) => moving.rezoning().event(product, event, booking.span),
        None => moving.rezoning().appointment(product, booking.span),
    }
}

/// From when to when something has resources.
fn taken(held: &CurrentClaims) -> Option<Span> {
    let spans = || held.resources.iter().map(|(_, span)| *span);
    let (from, to) = (spans().map(|span| span.from).min()?, spans().map(|span| span.to).max()?);
    Some(Span { from, to })
}
