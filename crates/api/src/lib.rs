//! REST API, version 2, wire-compatible with the public Bookeo API v2.
//!
//! [`router()`] lists every operation. An operation is one file: the handler, its wire types and its tests. A handler's
//! first parameter is the [`caller::Caller`], whose type names the permission the key must have; one without does
//! not compile.

pub mod answer;
mod answer_bytes;
mod availability;
pub mod body;
mod bookings;
mod bounded;
pub mod caller;
mod changes;
pub mod cors;
mod customers;
pub mod document;
pub mod error;
mod holds;
mod keys;
mod language;
mod linked_people;
pub mod operation;
pub mod paging;
pub mod path;
mod payments;
mod plain_types;
pub mod query;
mod refusal;
mod resourceblocks;
mod response_notes;
pub mod router;
mod seatblocks;
mod settings;
mod span;
mod subaccounts;
pub mod webhooks;
pub mod wire;
mod wording;

pub use error::ApiError;
pub use router::{refuse_notice, refuse_outside, router};
