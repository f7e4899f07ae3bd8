//! Calls to receivers that are plain sockets on this machine, most of which misbehave.

mod answers;
mod names;
mod proxies;
mod secured;
mod support;
