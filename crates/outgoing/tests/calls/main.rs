//! Calls to receivers that are plain sockets on this machine, most of which misbehave.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop, and say where")]

mod answers;
mod names;
mod proxies;
mod secured;
mod support;
