//! Taxes.

use super::Translated;
use crate::id::TaxId;
use crate::money::Percent;
use serde::{Deserialize, Serialize};

/// A tax that products name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tax {
    pub id: TaxId,
    /// What it is called.
    pub name: Translated,
    /// How much it is.
    pub rate: Percent,
    /// Whether it is charged. One that is not stays known, because bookings name it.
    pub enabled: bool,
}
