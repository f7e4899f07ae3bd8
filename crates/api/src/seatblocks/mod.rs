//! `/seatblocks` (wire reference, sections 3.6 and 4.10).

pub(crate) mod block;
pub(crate) mod body;
pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod show;
pub(crate) mod update;
