//! Calls to webhook receivers, whose addresses developers choose.
//!
//! A developer could otherwise make the server call what only the server can reach: databases, routers, a cloud's
//! metadata service. So no other crate calls such addresses, and this one calls them only under a [`Policy`]:
//!
//! - [`Policy::check`] checks the text of an address when it is registered, without a name lookup. Its error is a
//!   sentence for the developer.
//! - [`Outgoing::post`] resolves the name once, checks every address found, connects to one of them only, and checks
//!   the peer's address again. It follows no redirect. Time, head and body of the response are bounded.
//!
//! Callers decide what a response means, whether to retry, and what to store.

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
