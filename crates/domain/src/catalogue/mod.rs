//! The catalogue of a business: what can be booked, by whom, with what, and what it costs.
//!
//! It is small, changes seldom and is asked for all the time, so it is kept as a whole: a program holds the catalogue of
//! an account in memory for as long as the account's catalogue version stays the same.

mod category;
mod custom_field;
mod option;
mod product;
mod promotion;
mod resource;
mod tax;
mod translated;

pub use category::{CategoryId, NotACategoryId, PeopleCategory};
pub use custom_field::{CustomField, FieldKind, FieldValue};
pub use option::{ChoiceValue, Effect, OptionDefinition, OptionId, OptionKind, Per};
pub use product::{
    AppointmentRules, BookingLimit, BookingRules, DropIn, LatestBooking, Pricing, Product, ProductKind, ProductType,
    ResourceRequirement, Schedule, UnitPrice,
};
pub use promotion::{Covered, Discount, Promotion, Trigger};
pub use resource::{OpenDays, Opening, OpeningHours, Resource, ResourceType};
pub use tax::Tax;
pub use translated::Translated;

use crate::follow_up::FollowUps;
use crate::id::{ProductId, PromotionId, ResourceId, TaxId};
use serde::{Deserialize, Serialize};

/// The whole catalogue of one account. Lists are in the order the business gave them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// What can be booked.
    pub products: Vec<Product>,
    pub categories: Vec<PeopleCategory>,
    /// What appointments and events need.
    pub resource_types: Vec<ResourceType>,
    pub taxes: Vec<Tax>,
    /// What is asked of customers and participants.
    pub custom_fields: Vec<CustomField>,
    pub promotions: Vec<Promotion>,
    /// What holds for all products.
    pub settings: BookingSettings,
}

/// What holds for all products of a business.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingSettings {
    /// Whether prices have the taxes in them; otherwise those are added at checkout (wire reference, section 9).
    pub prices_include_taxes: bool,
    /// What a cancellation costs when the policy is applied.
    #[serde(rename = "cancelation")]
    pub cancellation: Option<CancellationPolicy>,
    /// When customers are reminded and thanked.
    #[serde(default)]
    pub follow_ups: FollowUps,
}

/// What a late cancellation costs (wire reference, section 6.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancellationPolicy {
    /// Up to so many minutes before the start it costs nothing.
    pub free_until_minutes: u32,
    /// What it costs after that.
    pub fee: CancellationFee,
}

/// What a late cancellation costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancellationFee {
    /// So many minor units of the account's currency, or the whole price if that is less.
    Fixed(u32),
    /// This part of the price.
    Part(crate::money::Percent),
}

impl Catalogue {
    /// The product with this id.
    #[must_use]
    pub fn product(&self, id: &ProductId) -> Option<&Product> {
        self.products.iter().find(|product| product.id == *id)
    }

    /// The category with this id.
    #[must_use]
    pub fn category(&self, id: &CategoryId) -> Option<&PeopleCategory> {
        self.categories.iter().find(|category| category.id == *id)
    }

    /// The tax with this id.
    #[must_use]
    pub fn tax(&self, id: &TaxId) -> Option<&Tax> {
        self.taxes.iter().find(|tax| tax.id == *id)
    }

    /// The promotion with this id.
    #[must_use]
    pub fn promotion(&self, id: &PromotionId) -> Option<&Promotion> {
        self.promotions.iter().find(|promotion| promotion.id == *id)
    }

    /// The resource with this id, and its type.
    #[must_use]
    pub fn resource(&self, id: &ResourceId) -> Option<(&ResourceType, &Resource)> {
        let of_type = |kind| {
            let kind: &ResourceType = kind;
            kind.resources.iter().find(|resource| resource.id == *id).map(|resource| (kind, resource))
        };
        self.resource_types.iter().find_map(of_type)
    }
}
