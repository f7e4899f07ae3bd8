//! The rules of Slotkeeper: names, valid values, and decisions that follow from data alone.
//!
//! No function here reads a clock, draws a random number or does I/O: time and randomness are parameters. The one
//! global is the time zone data, set once per process ([`time::use_zone_data`]).

pub mod account;
pub mod appointment;
#[cfg(test)]
mod availability_tests;
pub mod block;
pub mod booking;
pub mod booking_rules;
pub mod calendar;
pub mod call_rate;
pub mod callback;
pub mod catalogue;
pub mod change;
pub mod code;
pub mod consent;
pub mod credit;
pub mod customer;
pub mod discounts;
pub mod email_address;
pub mod event;
pub mod fair_queue;
pub mod follow_up;
pub mod id;
pub mod inventory;
pub mod link;
pub mod membership;
pub mod money;
pub mod network;
pub mod normal_form;
pub mod options;
pub mod order;
pub mod party;
pub mod payment;
pub mod permission;
pub mod price;
pub mod quote;
pub mod recurrence;
pub mod retry_policy;
pub mod safe_message;
pub mod scheduled;
pub mod secret;
pub mod secret_key;
pub mod sign_up;
pub mod subaccount;
#[cfg(test)]
mod testing;
pub mod text;
pub mod throttle;
pub mod time;
pub mod visibility;
pub mod webhook;
pub mod zone_rule_change;
