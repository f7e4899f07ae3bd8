//! What only the demo shows.

pub(crate) mod mail_box;
