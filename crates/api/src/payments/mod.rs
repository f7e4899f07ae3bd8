//! `/payments` (wire reference, sections 3.5 and 4.9).

pub(crate) mod body;
pub(crate) mod list;
pub(crate) mod payment;
pub(crate) mod show;
