//! Taxes.

use super::Translated;
use crate::id::TaxId;
use crate::money::Percent;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tax {
    pub id: TaxId,
    pub name: Translated,
    pub rate: Percent,
    /// A disabled tax is not charged, but kept because bookings refer to it.
    pub enabled: bool,
}
