//! The server: configuration, wiring, command line and demo.
//!
//! [`node::Node`] is one running server. The commands `serve` and `demo` make one from a configuration, tests from
//! parts of their own.

pub mod cli;
pub mod config;
pub mod control;
pub mod demo;
pub mod descriptors;
pub mod http;
pub mod logging;
pub mod master_key;
pub mod node;
pub mod serve;
pub mod signals;
mod wording;
pub mod zone_data;
