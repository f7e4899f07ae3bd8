//! Webhooks: applications are told of changes (wire reference, sections 3.9 and 5).
//!
//! That a change is to be delivered is written by the store, together with the change. What is told is composed when it is
//! sent, from what the key may read at that moment ([`payload`]); of what was deleted for good, the last state is kept before
//! ([`items`]). What became of an attempt is written down by [`outcome`].

pub mod deliveries;
pub mod end;
pub mod items;
pub mod list;
pub mod outcome;
pub mod payload;
pub mod register;
pub mod remove;
pub mod resend;
pub mod show;
