//! Days, times, amounts and addresses as a region writes them.

mod address;
mod amounts;
mod times;

pub(crate) use address::{address_line, address_lines};
pub(crate) use amounts::amount;
pub(crate) use times::{day, time, when};
