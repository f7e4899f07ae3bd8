//! Pages that only the demo has.

pub(crate) mod inbox;
