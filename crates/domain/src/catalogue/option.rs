//! Options of products: what can be chosen with a booking.

use super::Translated;
use crate::money::Money;
use serde::{Deserialize, Serialize};

/// The id of an option: the product's id, `_` and eight characters (wire reference, section 4.3).
pub type OptionId = String;

/// Something that can be chosen with a booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionDefinition {
    pub id: OptionId,
    /// What it is called.
    pub name: Translated,
    pub description: Option<Translated>,
    /// Whether customers see it. One that is hidden can be set through the API.
    pub shown_to_customers: bool,
    /// Whether it can be set at all.
    pub enabled: bool,
    /// What can be chosen.
    pub kind: OptionKind,
}

/// What can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionKind {
    Choice {
        /// What there is to choose from.
        values: Vec<ChoiceValue>,
        /// The id of the value where nothing is chosen; absent when something has to be.
        default: Option<String>,
    },
    Number {
        min: i64,
        max: i64,
        /// Where nothing is chosen.
        default: i64,
        /// What each one changes.
        each: Effect,
    },
    OnOff {
        /// Where nothing is chosen.
        default: bool,
        on: Effect,
    },
    Text {
        /// Whether there must be one.
        required: bool,
    },
}

/// One of the values of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceValue {
    /// The option's id, `_` and a number from 1.
    pub id: String,
    /// What it is called; on the wire a choice is made by its name.
    pub name: Translated,
    pub description: Option<Translated>,
    pub effect: Effect,
}

/// What a choice changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// What it adds to the price, or takes off it; nothing when absent.
    pub price: Option<Money>,
    /// How often the price counts.
    pub per: Per,
    /// By how many minutes it makes an appointment longer; shorter if negative. Other products keep their length.
    pub minutes: i32,
}

/// How often the price of an option counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    #[default]
    Booking,
    /// Once for each person, those who take no seat included.
    Person,
}
