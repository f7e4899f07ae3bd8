//! `/changes`: beyond the wire reference, for whoever missed notices.

pub(crate) mod list;
