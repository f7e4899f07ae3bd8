//! Move what was found: each thing with all of its rows in one transaction, in which the change is recorded as well.

use super::ZoneMoveContext;
use super::collect::span_of;
use crate::App;
use crate::emails::follow_up;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::inventory::{ClaimOwner, Span};
use slotkeeper_domain::time::Instant;
use slotkeeper_domain::zone_rule_change::moves;
use slotkeeper_store::tables::account_zones::{self, ZoneMoveStage};
use slotkeeper_store::tables::bookings::{self, Booking, Stamp};
use slotkeeper_store::tables::resourceblocks::{self, ResourceBlock};
use slotkeeper_store::tables::seatblocks::{self, SeatBlock};
use slotkeeper_store::tables::{claims, zone_moves};
use slotkeeper_store::{StoreError, Tx};
use std::sync::Arc;

/// How many things one transaction moves.
const PIECE: i64 = 20;

/// The kinds of things whose change is recorded.
const RECORDED: [&str; 3] = ["booking", "seat_block", "resource_block"];

pub(super) async fn piece(app: &App, moving: Arc<ZoneMoveContext>) -> Result<bool, StoreError> {
    // What an event needs is no part of the account's story.
    let (unit, of_events) = (app.clone(), Arc::clone(&moving));
    if app.store().write_unlogged(move |tx| shift(tx, &unit, &of_events, ClaimOwner::EVENT)).await?.any() {
        return Ok(true);
    }
    for kind in RECORDED {
        let (unit, of_kind) = (app.clone(), Arc::clone(&moving));
        let done = app.store().write(move |tx| shift(tx, &unit, &of_kind, kind)).await?;
        if done.moved == 0 && !done.gone.is_empty() {
            // Nothing that could be recorded: they were cancelled or removed while they waited.
            let account = moving.account.id.clone();
            let gone =
                move |tx: &mut Tx| done.gone.iter().try_for_each(|id| zone_moves::remove(tx, &account, kind, id));
            app.store().write_unlogged(gone).await?;
            return Ok(true);
        }
        if done.any() {
            return Ok(true);
        }
    }
    app.store()
        .write_unlogged(move |tx| {
            let account = &moving.account.id;
            // Another server may have the last of them in hand.
            if zone_moves::any_pending(tx, account)? {
                return Ok(false);
            }
            let now = (ZoneMoveStage::Move, &moving.state.after);
            let mine = account_zones::advance(tx, account, now, (ZoneMoveStage::Compare, &Default::default()))?;
            if mine {
                account_zones::apply_new_rules(tx, account)?;
            }
            Ok(mine)
        })
        .await
}

/// What became of a piece.
struct Done {
    /// How many things were moved.
    moved: i64,
    /// Those that are not there any more, or need not move, and are still on the list unless something was moved.
    gone: Vec<String>,
}

impl Done {
    fn any(&self) -> bool {
        self.moved > 0 || !self.gone.is_empty()
    }
}

fn shift(tx: &mut Tx, app: &App, moving: &ZoneMoveContext, kind: &'static str) -> Result<Done, StoreError> {
    let account = &moving.account.id;
    let catalogue = app.catalogues().of(tx, account)?;
    let mut done = Done { moved: 0, gone: Vec::new() };
    let now = app.now();
    for id in zone_moves::lock_pending(tx, account, kind, PIECE)? {
        let moved = match kind {
            ClaimOwner::EVENT => event(tx, moving, &catalogue, &id)?,
            "booking" => booking(tx, moving, &catalogue, &id, now)?,
            "seat_block" => seat_block(tx, moving, &catalogue, &id, now)?,
            _ => resource_block(tx, moving, &id, now)?,
        };
        if moved {
            zone_moves::mark_moved(tx, account, kind, &id, now)?;
            done.moved += 1;
        } else {
            done.gone.push(id);
        }
    }
    let recorded = kind != ClaimOwner::EVENT;
    if done.moved > 0 || !recorded {
        for id in &done.gone {
            zone_moves::remove(tx, account, kind, id)?;
        }
    }
    if done.moved > 0 && recorded {
        account_zones::count_moved(tx, account, done.moved)?;
    }
    Ok(done)
}

fn event(tx: &mut Tx, moving: &ZoneMoveContext, catalogue: &Catalogue, id: &str) -> Result<bool, StoreError> {
    let account = &moving.account.id;
    let Ok(id) = id.parse() else { return Ok(false) };
    claims::lock_event(tx, account, &id)?;
    let product = catalogue.product(&id.product);
    let rezoning = moving.rezoning();
    claims::move_resources(tx, account, &ClaimOwner::Event(id.clone()), |was| rezoning.event(product, &id, was))?;
    Ok(true)
}

fn booking(
    tx: &mut Tx,
    moving: &ZoneMoveContext,
    catalogue: &Catalogue,
    id: &str,
    now: Instant,
) -> Result<bool, StoreError> {
    let account = &moving.account.id;
    let Ok(number) = id.parse() else { return Ok(false) };
    let found = bookings::lock(tx, account, &number)?;
    let Some(was) = found.filter(|booking| booking.cancelled.is_none()) else { return Ok(false) };
    let span = span_of(moving, catalogue, &was);
    if !moves(was.span, span, moving.state.since) {
        return Ok(false);
    }
    // What an appointment takes goes on after its end, for a while that is as long as it was.
    let (from, to) = (offset(was.span.from, span.from), offset(was.span.to, span.to));
    claims::move_resources(tx, account, &ClaimOwner::Booking(number), |had| Span {
        from: from(had.from),
        to: to(had.to),
    })?;
    let booking = Booking { span, changed: Some(Stamp { at: now, agent: None }), changes: was.changes + 1, ..was };
    bookings::update(tx, account, &booking)?;
    let subject = Subject::booking(&booking.number, booking.application.as_ref());
    tx.record(Actor::System.change(account, now, subject, Kind::Updated));
    follow_up::shift(tx, (&moving.account, catalogue), &booking)?;
    Ok(true)
}

/// Moves an instant by as much as lies between these two.
fn offset(was: Instant, is: Instant) -> impl Fn(Instant) -> Instant {
    move |at| Instant::from_millis(at.as_millis().saturating_add(is.as_millis()).saturating_sub(was.as_millis()))
}

fn seat_block(
    tx: &mut Tx,
    moving: &ZoneMoveContext,
    catalogue: &Catalogue,
    id: &str,
    now: Instant,
) -> Result<bool, StoreError> {
    let account = &moving.account.id;
    let Ok(id) = id.parse() else { return Ok(false) };
    let Some(block) = seatblocks::lock(tx, account, &id)? else { return Ok(false) };
    let product = catalogue.product(&block.event.product);
    let starts_at = moving.rezoning().start_of_event(product, &block.event, block.starts_at);
    if starts_at == block.starts_at {
        return Ok(false);
    }
    let block = SeatBlock { starts_at, changed: Some(Stamp { at: now, agent: None }), ..block };
    seatblocks::update(tx, account, &block)?;
    let subject = Subject::seat_block(&id, block.application.as_ref());
    tx.record(Actor::System.change(account, now, subject, Kind::Updated));
    Ok(true)
}

fn resource_block(tx: &mut Tx, moving: &ZoneMoveContext, id: &str, now: Instant) -> Result<bool, StoreError> {
    let account = &moving.account.id;
    let Ok(id) = id.parse() else { return Ok(false) };
    let Some(block) = resourceblocks::lock(tx, account, &id)? else { return Ok(false) };
    let span = moving.rezoning().block(block.span, moving.state.since);
    if span == block.span {
        return Ok(false);
    }
    claims::move_resources(tx, account, &ClaimOwner::ResourceBlock(block.id.clone()), |_| span)?;
    let block = ResourceBlock { span, changed: Some(Stamp { at: now, agent: None }), ..block };
    resourceblocks::update(tx, account, &block)?;
    let subject = Subject::resource_block(&id, block.application.as_ref());
    tx.record(Actor::System.change(account, now, subject, Kind::Updated));
    Ok(true)
}
