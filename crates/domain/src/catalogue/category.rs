//! People categories: adults, children, and others that a business defines.

use super::Translated;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The id of a people category: one of the three built-in ones, or `C` and five more characters (wire reference,
/// section 4.2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CategoryId(String);

/// The text is not the id of a people category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a people category")]
pub struct NotACategoryId;

const BUILT_IN: [&str; 3] = ["Cadults", "Cchildren", "Cinfants"];

impl CategoryId {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Adults, children and infants. Every account has them; the names can differ.
    #[must_use]
    pub fn built_in() -> [Self; 3] {
        BUILT_IN.map(|id| Self(id.to_owned()))
    }
}

impl FromStr for CategoryId {
    type Err = NotACategoryId;

    fn from_str(text: &str) -> Result<Self, NotACategoryId> {
        let own = text.strip_prefix('C').is_some_and(|rest| {
            rest.len() == 5 && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        });
        if own || BUILT_IN.contains(&text) { Ok(Self(text.to_owned())) } else { Err(NotACategoryId) }
    }
}

impl fmt::Display for CategoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleCategory {
    pub id: CategoryId,
    pub name: Translated,
    /// Seats that one unit of the category takes: 4 for a family ticket, 0 for an infant.
    pub seats: u32,
}
