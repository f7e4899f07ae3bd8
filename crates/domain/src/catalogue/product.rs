//! Products: what can be booked, its schedule or appointment rules, its prices and its booking rules.

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
        /// Courses: series of classes that are sold together.
        FixedCourse = "fixedCourse",
        /// Appointments that use resources.
        FlexibleTime = "flexibleTime",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Never changes.
    pub id: ProductId,
    /// The business's own code for the product.
    pub code: String,
    pub name: Translated,
    /// HTML.
    pub description: Option<Translated>,
    pub images: Vec<String>,
    /// Limits on the number of people. A category without a limit of its own cannot be booked.
    pub limits: Vec<BookingLimit>,
    /// `None` if the product is free.
    #[serde(rename = "rates")]
    pub pricing: Option<Pricing>,
    /// Before options.
    pub length: Length,
    pub kind: ProductKind,
    /// Whether only current members can book.
    pub members_only: bool,
    /// Whether only customers with prepaid credits for the product can book.
    pub prepaid_only: bool,
    /// Whether staff accept or deny each booking.
    pub accept_deny: bool,
    /// Whether the API shows and books the product.
    pub api_bookings_allowed: bool,
    /// Whether a booking can have an event for itself.
    pub allow_private_events: bool,
    /// In the order of the business.
    pub options: Vec<OptionDefinition>,
    /// The taxes on the price.
    pub taxes: Vec<TaxId>,
    pub rules: BookingRules,
    /// Whether the customers of this product get no follow-up e-mails, whatever their bookings say.
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

/// A limit on the number of people in a booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingLimit {
    /// `None` for the total number.
    pub category: Option<CategoryId>,
    pub min: u32,
    pub max: u32,
}

/// The price of a booking before options, taxes and promotions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pricing {
    /// Independent of the party.
    PerBooking(Money),
    /// One price for each person of these categories; other categories are free.
    PerPerson(Vec<UnitPrice>),
}

/// The price of one person of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitPrice {
    pub category: CategoryId,
    pub price: Money,
}

/// The type of a product, with its schedules or appointment rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    Fixed {
        #[serde(rename = "series")]
        schedules: Vec<Schedule>,
    },
    FixedCourse {
        /// Each schedule is one course and yields its classes. Its recurrence has an end.
        #[serde(rename = "series")]
        schedules: Vec<Schedule>,
        /// Whether customers can join a course that has begun.
        late_enrolment: bool,
        drop_in: DropIn,
        /// The prices of a single class; `None` for the prices of the course.
        drop_in_rates: Option<Pricing>,
    },
    FlexibleTime(AppointmentRules),
}

/// Whether single classes of a course can be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DropIn {
    /// Only the whole course.
    No,
    /// Single classes or the whole course.
    Also,
    Only,
}

/// Events of a product with the same recurrence, seats and resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The middle part of its events' ids.
    pub id: ScheduleId,
    /// Shown for courses.
    pub title: Option<Translated>,
    #[serde(rename = "schedule")]
    pub recurrence: Recurrence,
    /// Seats of each event.
    pub seats: u32,
    /// The resources that each event needs for its whole length.
    pub resources: Vec<ResourceId>,
}

/// The rules for the appointments of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentRules {
    /// The hours in which appointments can take place.
    pub hours: OpeningHours,
    /// Minutes between possible starts, counted from the opening.
    pub step_minutes: u16,
    /// Minutes after an appointment in which its resources are not available.
    pub gap_minutes: u16,
    /// The resources that an appointment needs for its whole length.
    pub needs: Vec<ResourceRequirement>,
}

/// A number of resources of one type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceRequirement {
    pub resource_type: ResourceTypeId,
    pub count: u32,
}

/// When bookings and changes are possible for customers. `mode=backend` skips all of these rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingRules {
    /// Minimum number of minutes between booking and start.
    pub lead_minutes: u32,
    pub latest: Option<LatestBooking>,
    /// Maximum number of days between booking and start, on the calendar of the business.
    pub window_days: Option<u16>,
    /// Minimum number of minutes between a change and the start.
    pub change_lead_minutes: u32,
}

/// The latest time for a booking: a time of day, some days before the start. Example: until 18:00 on the day before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatestBooking {
    /// Days before the day of the start.
    pub days_before: u16,
    /// In the time zone of the business.
    pub time: Time,
}
