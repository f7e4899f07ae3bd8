//! The only way by which the server calls addresses that somebody else chose.
//!
//! Whoever may register an address could otherwise make the server call what only the server can reach: databases,
//! routers, the metadata of a cloud. So nothing in the program but this crate calls such an address, and it does so
//! only under a [`Policy`]:
//!
//! - [`Policy::check`] tells from the text alone what cannot be called, with a sentence for the developer. It looks
//!   nothing up, so it fits where an address is registered.
//! - [`Outgoing::post`] looks the name up once, holds every address that was found against the policy, connects to one
//!   of those addresses and to nothing else, and looks once more at who is at the other end. It follows no redirect, and
//!   everything about it is bounded: time, the head of the answer, its body.
//!
//! What a call means, when it is repeated and what of it is kept is decided elsewhere.

mod address;
mod connect;
pub mod descriptors;
mod exchange;
mod outcome;
mod outgoing;
mod own_addresses;
mod policy;
mod proxy;
mod receiver_url;
mod resolve;
mod retry_after;
mod tls;

pub use address::Kind;
pub use hyper::header::{HeaderMap, HeaderName, HeaderValue};
pub use outcome::{Failure, Outcome, ReceiverResponse, TlsFault};
pub use outgoing::{Limits, Outgoing};
pub use own_addresses::OwnAddresses;
pub use policy::{AllowedReceiver, NotAReceiver, Policy};
pub use proxy::{NotAProxy, Proxy};
pub use receiver_url::{ReceiverUrl, Refusal};
pub use resolve::{Lookup, Resolve, SystemResolver};
pub use retry_after::RetryAfter;
