//! Custom fields: what a business asks of customers and participants.

use super::Translated;
use crate::id::CustomFieldId;
use serde::{Deserialize, Serialize};

/// Something that is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    pub id: CustomFieldId,
    /// What it is called.
    pub name: Translated,
    pub description: Option<Translated>,
    /// Whether customers see it.
    pub shown_to_customers: bool,
    /// Whether it is asked of customers.
    pub for_customer: bool,
    /// Whether it is asked of participants.
    pub for_participants: bool,
    /// What can be answered.
    pub kind: FieldKind,
}

/// What can be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Choice {
        /// What there is to choose from.
        values: Vec<FieldValue>,
        /// The id of the value where nothing is chosen.
        default: Option<String>,
    },
    Number {
        min: i64,
        max: i64,
        /// Where nothing is chosen.
        default: i64,
    },
    OnOff {
        /// Where nothing is chosen.
        default: bool,
    },
    Text,
}

/// One of the values of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// The field's id, `_` and a number from 1.
    pub id: String,
    /// What it is called; on the wire a choice is made by its name.
    pub name: Translated,
    pub description: Option<Translated>,
}
