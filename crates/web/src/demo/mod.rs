//! What only the demo shows.

pub(crate) mod inbox;
