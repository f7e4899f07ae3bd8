//! Compare what moved with what has the same resources. What two things have at the same time that they did not have at the same
//! time before is written down for the business; both keep it, and nothing more of it is given.

use super::ZoneMoveContext;
use crate::App;
use slotkeeper_domain::id::{AccountId, ResourceId};
use slotkeeper_domain::inventory::{ClaimOwner, Span, Timeline};
use slotkeeper_store::tables::account_zones::{self, ZoneMoveStage};
use slotkeeper_store::tables::claims;
use slotkeeper_store::tables::zone_moves::{self, Conflict, Moved, Neighbour};
use slotkeeper_store::{Snapshot, StoreError};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many things one piece compares.
const PIECE: i64 = 100;

pub(super) async fn piece(app: &App, moving: Arc<ZoneMoveContext>) -> Result<bool, StoreError> {
    let (read, after, now) = (moving.account.id.clone(), moving.state.after.clone(), app.now());
    let look = app.store().read(move |db| {
        let moved = zone_moves::list(db, &read, &after, PIECE)?;
        let mut found = Vec::new();
        for one in &moved {
            let Some(owner) = owner(one) else { continue };
            let mut spans: BTreeMap<ResourceId, Span> = BTreeMap::new();
            for (resource, piece) in claims::current_claims(db, &read, &owner)?.resources {
                let span = spans.entry(resource).or_insert(piece);
                *span = Span { from: span.from.min(piece.from), to: span.to.max(piece.to) };
            }
            for (resource, span) in spans {
                let at = (one.kind.as_str(), one.id.as_str());
                let (capacity, others) = zone_moves::other_claims(db, &read, (&resource, span), at, now)?;
                found.extend(compare(db, &read, one, (&resource, span, capacity), others)?);
            }
        }
        let last = moved.last().filter(|_| i64::try_from(moved.len()).is_ok_and(|looked_at| looked_at >= PIECE));
        Ok::<_, StoreError>((found, last.map(|last| (last.kind.clone(), last.id.clone()))))
    });
    let (found, after) = look.await?;
    let next = after.map_or((ZoneMoveStage::Forget, Default::default()), |after| (ZoneMoveStage::Compare, after));
    app.store()
        .write_unlogged(move |tx| {
            let account = &moving.account.id;
            let mine =
                account_zones::advance(tx, account, (ZoneMoveStage::Compare, &moving.state.after), (next.0, &next.1))?;
            if mine {
                zone_moves::add_conflicts(tx, account, &found)?;
            }
            Ok(mine)
        })
        .await
}

fn owner(moved: &Moved) -> Option<ClaimOwner> {
    match moved.kind.as_str() {
        "booking" => moved.id.parse().ok().map(ClaimOwner::Booking),
        "resource_block" => moved.id.parse().ok().map(ClaimOwner::ResourceBlock),
        ClaimOwner::EVENT => moved.id.parse().ok().map(ClaimOwner::Event),
        _ => None,
    }
}

fn compare(
    db: &mut Snapshot,
    account: &AccountId,
    one: &Moved,
    (resource, span, capacity): (&ResourceId, Span, u32),
    others: Vec<Neighbour>,
) -> Result<Vec<Conflict>, StoreError> {
    let blocks = one.kind == "resource_block";
    // Holds end by themselves, and two blocks of the same time are one.
    let others: Vec<Neighbour> = others
        .into_iter()
        .filter(|other| other.kind != "hold" && !(blocks && other.kind == "resource_block"))
        .collect();
    let capacity = if blocks { 1 } else { capacity };
    let mut before = Vec::with_capacity(others.len());
    for other in &others {
        before.push(zone_moves::previous_span(db, account, &other.kind, &other.id)?.unwrap_or(other.span));
    }
    let fits = |spans: Vec<(Span, bool)>, span: Span| {
        let claims = spans.into_iter().map(|(span, whole)| (span, None, whole));
        Timeline::of(claims).has_room(span, capacity, None)
    };
    let now = others.iter().map(|other| (other.span, other.whole)).collect();
    let then = before.iter().zip(&others).map(|(span, other)| (*span, other.whole)).collect();
    if fits(now, span) || !fits(then, one.was) {
        return Ok(Vec::new());
    }
    let met = |(other, before): (Neighbour, Span)| {
        if before.overlaps(one.was) {
            return None;
        }
        let ours = (one.kind.clone(), one.id.clone());
        let theirs = (other.kind, other.id);
        let both = Span { from: span.from.max(other.span.from), to: span.to.min(other.span.to) };
        // Found from both sides, and written down once.
        let (one, other) = if ours < theirs { (ours, theirs) } else { (theirs, ours) };
        Some(Conflict { resource: resource.clone(), span: both, one, other })
    };
    Ok(others.into_iter().zip(before).filter_map(met).collect())
}
