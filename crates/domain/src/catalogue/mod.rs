//! The catalogue of a business: products, people categories, resources, taxes, custom fields, promotions and settings.
//!
//! It is small, read often and changed seldom. A process therefore keeps the whole catalogue of an account in memory,
//! as long as its version does not change.

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

/// The catalogue of one account. Lists have the order that the business chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    pub products: Vec<Product>,
    pub categories: Vec<PeopleCategory>,
    pub resource_types: Vec<ResourceType>,
    pub taxes: Vec<Tax>,
    pub custom_fields: Vec<CustomField>,
    pub promotions: Vec<Promotion>,
    pub settings: BookingSettings,
}

/// Settings that apply to all products of a business.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingSettings {
    /// Whether prices include taxes; otherwise taxes are added at checkout (wire reference, section 9).
    pub prices_include_taxes: bool,
    #[serde(rename = "cancelation")]
    pub cancellation: Option<CancellationPolicy>,
    #[serde(default)]
    pub follow_ups: FollowUps,
}

/// The fee for a late cancellation (wire reference, section 6.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancellationPolicy {
    /// A cancellation is free until this many minutes before the start.
    pub free_until_minutes: u32,
    /// The fee after that.
    pub fee: CancellationFee,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancellationFee {
    /// Minor units of the account's currency, at most the price.
    Fixed(u32),
    /// A percentage of the price.
    Part(crate::money::Percent),
}

impl Catalogue {
    #[must_use]
    pub fn product(&self, id: &ProductId) -> Option<&Product> {
        self.products.iter().find(|product| product.id == *id)
    }

    #[must_use]
    pub fn category(&self, id: &CategoryId) -> Option<&PeopleCategory> {
        self.categories.iter().find(|category| category.id == *id)
    }

    #[must_use]
    pub fn tax(&self, id: &TaxId) -> Option<&Tax> {
        self.taxes.iter().find(|tax| tax.id == *id)
    }

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
