//! When the rules of a time zone are replaced by others: what lies ahead in an account stays at its time on the clock, and is moved
//! to the instants that this is now.
//!
//! A move is a row and a list ([`account_zones`], [`zone_moves`](slotkeeper_store::tables::zone_moves)) and goes on in small
//! pieces, each a transaction: what moves is looked for; it is moved; it is compared with what has the same resources; the list
//! is removed and the business told. A server that ends in between leaves the rest to the next one. Until everything is moved
//! nothing is given away in the account, and nothing is found ([`StoreError::Moving`]).

mod collect;
mod compare;
pub mod conflicts;
mod shift;
mod tell;

use crate::App;
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::{Zone, ZoneData};
use slotkeeper_domain::zone_rule_change::ZoneRuleChange;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::account_zones::{self, AccountZone, ZoneMove, ZoneMoveStage};
use slotkeeper_store::tables::accounts::{self, Account};
use std::sync::Arc;

/// How many accounts one look takes.
const LOOK: i64 = 500;
/// How many accounts one transaction writes something down about.
const NOTES: usize = 100;

/// The move of an account: what every piece needs to know.
struct ZoneMoveContext {
    /// The account, with the zone as it is to be.
    account: Account,
    state: ZoneMove,
}

impl ZoneMoveContext {
    fn rezoning(&self) -> ZoneRuleChange<'_> {
        ZoneRuleChange { old_rules: &self.state.was, new_rules: &self.state.is }
    }
}

/// What a look at every business found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Those that it began to move, each with the name of its zone.
    pub begun: Vec<(AccountId, String)>,
    /// Those in zones that are not known here.
    pub unknown: Vec<(AccountId, String)>,
    /// How many were being moved already, perhaps to yet other rules.
    pub moving: usize,
}

/// A move that has come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub account: AccountId,
    /// The name of its zone.
    pub zone: String,
    /// How many bookings and blocks it moved.
    pub moved: i64,
    /// How many times of resources two things have since then.
    pub conflicts: usize,
}

/// What became of a piece.
enum PieceOutcome {
    Done,
    /// There was none, or another server has it in hand.
    None,
    /// It was the last one.
    Last(Ended),
}

impl From<bool> for PieceOutcome {
    fn from(done: bool) -> Self {
        if done { Self::Done } else { Self::None }
    }
}

/// Looks at every business, and begins to move those whose instants were made by other rules than this program knows for their
/// zone, because it has newer time zone data.
///
/// To be called when a server starts, and again once what was being moved by then has come to its end: two servers that know different rules would move everything back and forth.
pub async fn survey(app: &App) -> Result<Survey, StoreError> {
    let (mut after, mut survey) = (String::new(), Survey::default());
    loop {
        let cursor = after.clone();
        let found = app.store().read(move |db| account_zones::list_businesses(db, &cursor, LOOK)).await?;
        let Some(last) = found.last() else { return Ok(survey) };
        last.account.as_str().clone_into(&mut after);
        note(app, &found).await?;
        survey.moving += found.iter().filter(|surveyed| surveyed.moving).count();
        for surveyed in found.iter().filter(|surveyed| !surveyed.moving) {
            let named = || (surveyed.account.clone(), surveyed.zone.clone());
            let Ok(zone) = Zone::named(&surveyed.zone) else {
                survey.unknown.push(named());
                continue;
            };
            let before = || of_before(surveyed).map(|zone| zone.rules_id().clone());
            let Some(rules) = surveyed.rules.clone().or_else(before).filter(|rules| rules != zone.rules_id()) else {
                continue;
            };
            let (account, now) = (surveyed.account.clone(), app.now());
            let began =
                app.store().write_unlogged(move |tx| account_zones::begin(tx, &account, &rules, &zone, now)).await?;
            if began {
                survey.begun.push(named());
            }
        }
    }
}

/// The rules that programs had built in which wrote down none.
fn of_before(surveyed: &AccountZone) -> Option<Zone> {
    ZoneData::built_in().get(&surveyed.zone).or_else(|| Zone::named(&surveyed.zone).ok())
}

/// Writes down for accounts of before by which rules their instants were made.
async fn note(app: &App, found: &[AccountZone]) -> Result<(), StoreError> {
    let unknown = found.iter().filter(|surveyed| surveyed.rules.is_none() && !surveyed.moving);
    let unknown: Vec<(AccountId, Zone)> =
        unknown.filter_map(|surveyed| Some((surveyed.account.clone(), of_before(surveyed)?))).collect();
    for portion in unknown.chunks(NOTES) {
        let portion = portion.to_vec();
        let noted = move |tx: &mut slotkeeper_store::Tx| {
            portion.iter().try_for_each(|(account, zone)| account_zones::record_rules(tx, account, zone))
        };
        app.store().write_unlogged(noted).await?;
    }
    Ok(())
}

/// Does all there is to do about the moves that are under way, whichever server began them; those that have come to their end.
///
/// # Errors
/// When the store fails. What one account is in the way of is done for the others.
pub async fn work(app: &App) -> Result<Vec<Ended>, StoreError> {
    let accounts = app.store().read(|db| account_zones::accounts_moving(db, LOOK)).await?;
    let (mut ended, mut failed) = (Vec::new(), None);
    for account in accounts {
        loop {
            match piece(app, &account).await {
                Ok(PieceOutcome::Done) => {}
                Ok(PieceOutcome::None) => break,
                Ok(PieceOutcome::Last(last)) => {
                    ended.push(last);
                    break;
                }
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
    }
    failed.map_or(Ok(ended), Err)
}

/// Does the next piece of an account's move. False when there is none, or another server has it in hand.
///
/// # Errors
/// When the store fails; nothing of the piece is done then.
pub async fn step(app: &App, account: &AccountId) -> Result<bool, StoreError> {
    Ok(!matches!(piece(app, account).await?, PieceOutcome::None))
}

async fn piece(app: &App, account: &AccountId) -> Result<PieceOutcome, StoreError> {
    let id = account.clone();
    let read =
        app.store().read(move |db| Ok::<_, StoreError>((account_zones::find(db, &id)?, accounts::find(db, &id)?)));
    let (Some(state), Some(account)) = read.await? else { return Ok(PieceOutcome::None) };
    let account = Account { zone: state.is.clone(), ..account };
    let moving = Arc::new(ZoneMoveContext { account, state });
    match moving.state.stage {
        ZoneMoveStage::Bookings | ZoneMoveStage::Events | ZoneMoveStage::SeatBlocks | ZoneMoveStage::ResourceBlocks => {
            collect::piece(app, moving).await.map(Into::into)
        }
        ZoneMoveStage::Move => shift::piece(app, moving).await.map(Into::into),
        ZoneMoveStage::Compare => compare::piece(app, moving).await.map(Into::into),
        ZoneMoveStage::Forget => tell::piece(app, moving).await,
    }
}
