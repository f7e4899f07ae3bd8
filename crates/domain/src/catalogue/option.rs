//! Options of products: choices that a booking can make.

use super::Translated;
use crate::money::Money;
use serde::{Deserialize, Serialize};

/// The product's id, `_` and eight characters (wire reference, section 4.3).
pub type OptionId = String;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionDefinition {
    pub id: OptionId,
    pub name: Translated,
    pub description: Option<Translated>,
    /// A hidden option can still be set through the API.
    pub shown_to_customers: bool,
    /// Whether the option can be set at all.
    pub enabled: bool,
    pub kind: OptionKind,
}

/// The values that an option accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionKind {
    Choice {
        values: Vec<ChoiceValue>,
        /// The id of the default value; `None` if a value is required.
        default: Option<String>,
    },
    Number {
        min: i64,
        max: i64,
        default: i64,
        /// The effect of each unit.
        each: Effect,
    },
    OnOff {
        default: bool,
        on: Effect,
    },
    Text {
        required: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceValue {
    /// The option's id, `_` and a number from 1.
    pub id: String,
    /// The wire names a choice by this name.
    pub name: Translated,
    pub description: Option<Translated>,
    pub effect: Effect,
}

/// The effect of a choice on price and length.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Added to the price; negative for a reduction.
    pub price: Option<Money>,
    pub per: Per,
    /// Added to the length of an appointment; negative to shorten it. Other products keep their length.
    pub minutes: i32,
}

/// How often the price of an option counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    #[default]
    Booking,
    /// Once for each person, including those who take no seat.
    Person,
}
