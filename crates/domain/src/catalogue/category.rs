//! People categories: adults, children, and whatever else a business counts.

use super::Translated;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The id of a people category: one of the three that every account has, or `C` and five more characters (wire reference,
/// section 4.2).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CategoryId(String);

/// The text is not the id of a people category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a people category")]
pub struct NotACategoryId;

/// The ids of the categories that every account has.
const BUILT_IN: [&str; 3] = ["Cadults", "Cchildren", "Cinfants"];

impl CategoryId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Adults, children and infants: in every account, whatever they are called there.
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

/// Some kind of people, and how many seats one of them takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleCategory {
    pub id: CategoryId,
    /// What they are called.
    pub name: Translated,
    /// How many seats one takes: a family may take four, an infant none.
    pub seats: u32,
}
