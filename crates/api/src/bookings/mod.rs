//! `/bookings` (wire reference, section 3.2): one file for each operation, the body in `body`, the response in
//! `booking`.

pub(crate) mod body;
pub(crate) mod booking;
pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod customer;
pub(crate) mod list;
pub(crate) mod payments;
pub(crate) mod show;
pub(crate) mod update;
