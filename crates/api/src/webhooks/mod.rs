//! `/webhooks` (wire reference, sections 3.9 and 4.10), and what notices show.

pub(crate) mod create;
mod items;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod show;
pub(crate) mod webhook;

pub use items::WirePayloads;
