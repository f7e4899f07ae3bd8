//! Custom fields: questions of a business to customers and participants.

use super::Translated;
use crate::id::CustomFieldId;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    pub id: CustomFieldId,
    pub name: Translated,
    pub description: Option<Translated>,
    pub shown_to_customers: bool,
    /// Whether the field applies to customers.
    pub for_customer: bool,
    /// Whether the field applies to participants.
    pub for_participants: bool,
    /// The answers that the field accepts.
    pub kind: FieldKind,
}

/// The answers that a custom field accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Choice {
        values: Vec<FieldValue>,
        /// The id of the default value.
        default: Option<String>,
    },
    Number {
        min: i64,
        max: i64,
        default: i64,
    },
    OnOff {
        default: bool,
    },
    Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// The field's id, `_` and a number from 1.
    pub id: String,
    /// The wire names a choice by this name.
    pub name: Translated,
    pub description: Option<Translated>,
}
