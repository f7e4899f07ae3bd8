//! The test kit's own tests.

mod browser;
mod postgres;
mod receiver;
mod smtp;
