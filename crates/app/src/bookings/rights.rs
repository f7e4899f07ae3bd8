//! The actions on bookings and holds (wire reference, sections 2.2 and 3.2).

use crate::access::Action;
use slotkeeper_domain::permission::Permission::{
    BookingsRAll, BookingsRwAll, BookingsRwOwn, BookingsRwdAll, BookingsRwdOwn,
};
use slotkeeper_domain::visibility::PermissionRequirement;

pub struct ReadBookings;

impl Action for ReadBookings {
    const REQUIRES: PermissionRequirement = PermissionRequirement::OwnOrAll { own: BookingsRwOwn, all: BookingsRAll };
    const DESCRIPTION: &'static str = "read bookings";
}

pub struct WriteBookings;

impl Action for WriteBookings {
    const REQUIRES: PermissionRequirement = PermissionRequirement::OwnOrAll { own: BookingsRwOwn, all: BookingsRwAll };
    const DESCRIPTION: &'static str = "create or change bookings";
}

pub struct CancelBookings;

impl Action for CancelBookings {
    const REQUIRES: PermissionRequirement =
        PermissionRequirement::OwnOrAll { own: BookingsRwdOwn, all: BookingsRwdAll };
    const DESCRIPTION: &'static str = "cancel bookings";
}
