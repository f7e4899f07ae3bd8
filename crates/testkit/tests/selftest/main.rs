//! The test kit's own tests: what the other tests lean on must hold.

mod browser;
mod postgres;
mod receiver;
mod smtp;
