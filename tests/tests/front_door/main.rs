//! Journeys through the front door, on both engines.

mod accounts;
