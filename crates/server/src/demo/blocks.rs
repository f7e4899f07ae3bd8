//! The demo's blocks: a seat block on a cruise and a resource block of a guide's morning.

use super::catalogue::Offer;
use jiff::civil::{Weekday, time};
use slotkeeper_app::App;
use slotkeeper_app::access::Access;
use slotkeeper_app::blocks::BlockError;
use slotkeeper_app::context::import;
use slotkeeper_app::resourceblocks::create::{NewResourceBlock, create as block_resources};
use slotkeeper_app::seatblocks::create::{NewSeatBlock, create as block_seats};
use slotkeeper_domain::block::SeatCount;
use slotkeeper_domain::change::Actor;
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::scheduled::{RuleContext, events};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::Tx;
use slotkeeper_store::tables::accounts::Account;
use std::sync::Arc;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) struct Blocks {
    seats: NewSeatBlock,
    resources: NewResourceBlock,
}

impl Blocks {
    /// Chooses a cruise in the coming weeks, and a Thursday in two or three weeks.
    pub(super) fn invent(offer: &Offer, account: &Account, now: Instant) -> anyhow::Result<Self> {
        let missing = || anyhow::anyhow!("the example data lacks something to block");
        let product = offer.catalogue.product(&offer.cruise).ok_or_else(missing)?;
        let moment = RuleContext { now, zone: &account.zone, relaxed: true };
        let mut cruises = events(product, now.after(7 * DAY), now.after(28 * DAY), moment);
        cruises.sort_by_key(|cruise| cruise.occurrence.starts_at);
        let event = cruises.first().ok_or_else(missing)?.id();
        let guides = offer.catalogue.resource_types.first().ok_or_else(missing)?;
        let guide = guides.resources.last().ok_or_else(missing)?.id.clone();
        let later = account.zone.date_of(now).saturating_add(jiff::Span::new().days(14));
        let week = std::iter::successors(Some(later), |day| day.tomorrow().ok());
        let day = week.take(7).find(|day| day.weekday() == Weekday::Thursday).ok_or_else(missing)?;
        let at = |hour: i8| account.zone.instant_of(day, time(hour, 0, 0, 0));
        Ok(Self {
            seats: NewSeatBlock {
                product: offer.cruise.clone(),
                event,
                seats: SeatCount::Exactly(6),
                reason: Some("Kept for the hotel by the harbour".to_owned()),
            },
            resources: NewResourceBlock {
                span: Span { from: at(9), to: at(12) },
                resources: vec![guide],
                reason: Some("First-aid course".to_owned()),
            },
        })
    }

    /// Writes both blocks in a transaction: the seat block made by the application, the resource block by a member of
    /// the team.
    pub(super) fn write(
        &self,
        tx: &mut Tx,
        app: &App,
        account: &Account,
        (through, staff): (&Actor, &Actor),
    ) -> Result<(), BlockError> {
        let now = account.created_at;
        let access = |actor: &Actor| Access::import(Arc::new(account.clone()), actor.clone());
        import(tx, app, &access(through), now, |cx| block_seats(cx, &self.seats))?;
        import(tx, app, &access(staff), now, |cx| block_resources(cx, &self.resources))?;
        Ok(())
    }
}
