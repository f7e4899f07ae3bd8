//! Products: what can be booked.

use super::{CategoryId, OpeningHours, OptionDefinition, Translated};
use crate::change::words;
use crate::id::{ProductId, ResourceId, ResourceTypeId, ScheduleId, TaxId};
use crate::money::Money;
use crate::recurrence::{Length, Recurrence};
use jiff::civil::Time;
use serde::{Deserialize, Serialize};

words! {
    /// The three types of products (wire reference, section 6.1).
    ProductType {
        /// Scheduled events with seats: a tour, a class.
        Fixed = "fixed",
        /// A series of classes sold together.
        FixedCourse = "fixedCourse",
        /// An appointment that uses resources.
        FlexibleTime = "flexibleTime",
    }
}

/// What can be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its id, for ever.
    pub id: ProductId,
    /// What the business calls it among its own.
    pub code: String,
    /// What it is called.
    pub name: Translated,
    /// What it is, as HTML.
    pub description: Option<Translated>,
    pub images: Vec<String>,
    /// How many people a booking can be for. A category that is not listed cannot be booked.
    pub limits: Vec<BookingLimit>,
    /// The headline rates; absent when it costs nothing.
    #[serde(rename = "rates")]
    pub pricing: Option<Pricing>,
    /// How long it lasts, before options.
    pub length: Length,
    /// When it can be booked, and what that takes.
    pub kind: ProductKind,
    /// Whether only current members may book.
    pub members_only: bool,
    /// Whether only customers with prepaid credits for it may book.
    pub prepaid_only: bool,
    /// Whether staff accept or deny each booking.
    pub accept_deny: bool,
    /// Whether it can be found and booked through the API.
    pub api_bookings_allowed: bool,
    /// Whether a booking may take a whole event.
    pub allow_private_events: bool,
    /// What can be chosen with a booking, in order.
    pub options: Vec<OptionDefinition>,
    /// The taxes on it.
    pub taxes: Vec<TaxId>,
    /// When bookings are taken.
    pub rules: BookingRules,
    /// Whether its customers are neither reminded nor thanked, whatever their bookings say.
    #[serde(default)]
    pub without_follow_ups: bool,
}

impl Product {
    #[must_use]
    pub fn product_type(&self) -> ProductType {
        match self.kind {
            ProductKind::Fixed { .. } => ProductType::Fixed,
            ProductKind::FixedCourse { .. } => ProductType::FixedCourse,
            ProductKind::FlexibleTime(_) => ProductType::FlexibleTime,
        }
    }

    /// Whether its courses are booked by single classes only.
    #[must_use]
    pub fn drop_in_only(&self) -> bool {
        matches!(self.kind, ProductKind::FixedCourse { drop_in: DropIn::Only, .. })
    }
}

/// How many people of a category, or altogether.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingLimit {
    /// The category; the limit without one is for all together.
    pub category: Option<CategoryId>,
    pub min: u32,
    pub max: u32,
}

/// What a booking costs before options, taxes and promotions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pricing {
    /// So much, whoever comes.
    PerBooking(Money),
    /// So much for each of these; the others come free.
    PerPerson(Vec<UnitPrice>),
}

/// What one person of a category pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitPrice {
    pub category: CategoryId,
    pub price: Money,
}

/// When a product can be booked, and what that takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    Fixed {
        /// The rules that yield its events.
        #[serde(rename = "series")]
        schedules: Vec<Schedule>,
    },
    FixedCourse {
        /// The courses: the events of each are its classes. A course has an end.
        #[serde(rename = "series")]
        schedules: Vec<Schedule>,
        /// Whether one may join when the course has begun.
        late_enrolment: bool,
        /// Whether single classes can be booked.
        drop_in: DropIn,
        /// What a single class costs; as much as the course when absent.
        drop_in_rates: Option<Pricing>,
    },
    FlexibleTime(AppointmentRules),
}

/// Whether single classes of a course can be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropIn {
    /// No: only the whole course.
    No,
    /// Yes, beside the whole course.
    Also,
    Only,
}

/// Events of a product that share a schedule, seats and resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Its id: the middle part of its events' ids.
    pub id: ScheduleId,
    /// What it is called; courses show it.
    pub title: Option<Translated>,
    /// When its events start.
    #[serde(rename = "schedule")]
    pub recurrence: Recurrence,
    /// How many seats each event has.
    pub seats: u32,
    /// What each event needs for its whole length.
    pub resources: Vec<ResourceId>,
}

/// Appointments: when they start and what they use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentRules {
    /// When appointments can be.
    pub hours: OpeningHours,
    /// From the opening on, one can start every so many minutes.
    pub step_minutes: u16,
    /// For so many minutes after an appointment its resources do nothing else.
    pub gap_minutes: u16,
    /// What an appointment uses for its whole length.
    pub needs: Vec<ResourceRequirement>,
}

/// So many resources of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceRequirement {
    pub resource_type: ResourceTypeId,
    /// How many of them.
    pub count: u32,
}

/// When bookings are taken. `mode=backend` goes past all of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingRules {
    /// At least so many minutes before the start.
    pub lead_minutes: u32,
    /// Not later than this.
    pub latest: Option<LatestBooking>,
    /// At most so many days ahead, on the business's calendar.
    pub window_days: Option<u16>,
    /// Changes and cancellations at least so many minutes before the start.
    pub change_lead_minutes: u32,
}

/// The last moment for a booking: a time of day, so many days before the start. “Until six in the evening before.”
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatestBooking {
    /// How many days before the day of the start.
    pub days_before: u16,
    /// The time, on the business's clock.
    pub time: Time,
}
