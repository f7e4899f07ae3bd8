//! REST API, version 2, wire-compatible with the public Bookeo API v2.
//!
//! [`router()`] lists every operation. An operation is one file: the handler, its wire types and its tests. A handler's
//! first parameter is the [`caller::Caller`], whose type names the permission the key must have; one without does
//! not compile.

pub mod answer;
mod availability;
pub mod body;
mod bookings;
mod bounded;
pub mod caller;
mod changes;
pub mod cors;
mod customers;
pub mod document;
mod documented;
pub mod error;
mod holds;
mod keys;
mod language;
mod linked_people;
mod noted;
pub mod operation;
pub mod paging;
pub mod path;
mod payments;
pub mod query;
mod refused;
mod resourceblocks;
pub mod router;
mod seatblocks;
mod settings;
mod span;
mod subaccounts;
pub mod webhooks;
mod weigh;
pub mod wire;

pub use error::ApiError;
pub use router::{refuse_notice, refuse_outside, router};
