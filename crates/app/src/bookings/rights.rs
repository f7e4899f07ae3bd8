//! What keys must be allowed to work with bookings and holds (wire reference, sections 2.2 and 3.2).

use crate::right::Right;
use slotkeeper_domain::permission::Permission::{
    BookingsRAll, BookingsRwAll, BookingsRwOwn, BookingsRwdAll, BookingsRwdOwn,
};
use slotkeeper_domain::right::Needs;

pub struct ReadBookings;

impl Right for ReadBookings {
    const NEEDS: Needs = Needs::OwnOrAll { own: BookingsRwOwn, all: BookingsRAll };
    const TO: &'static str = "read bookings";
}

/// Create bookings and change them.
pub struct WriteBookings;

impl Right for WriteBookings {
    const NEEDS: Needs = Needs::OwnOrAll { own: BookingsRwOwn, all: BookingsRwAll };
    const TO: &'static str = "create or change bookings";
}

pub struct CancelBookings;

impl Right for CancelBookings {
    const NEEDS: Needs = Needs::OwnOrAll { own: BookingsRwdOwn, all: BookingsRwdAll };
    const TO: &'static str = "cancel bookings";
}
