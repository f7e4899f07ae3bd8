//! What can go wrong in the store.

use std::fmt;

/// The engine's own code for a failure: an SQLSTATE (`23505`), or SQLite's extended code (`SQLITE_2067`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(pub(crate) String);

impl Code {
    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why the store did not do what it was asked. It never carries the value of a parameter or of a row.
///
/// Unless a variant says otherwise, nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A row with this key exists already. The name is the same on both engines: that of the index if it was
    /// made by `CREATE UNIQUE INDEX`, `TABLE_pkey` for a primary key, `TABLE_COLUMNS_key` for another key.
    #[error("a row with the same key exists already ({constraint})")]
    Unique {
        /// The constraint or index that refused.
        constraint: String,
    },
    /// The key that the unit acted with has ended.
    #[error("the key that was used has ended")]
    KeyEnded,
    /// Too many units are waiting for their turn. Trying again later can help.
    #[error("too many writes are waiting")]
    Busy,
    /// Other transactions were in the way until patience ended. Trying again can help.
    #[error("other transactions were in the way ({code})")]
    Contended { code: Code },
    /// The database cannot be used: no connection, no disk space, a disk that fails, a store that was closed.
    /// If the connection was lost while committing, the unit may have been stored; the text says so.
    #[error("the database is unavailable: {why}")]
    Unavailable {
        /// The engine's code, if it gave one.
        code: Option<Code>,
        why: String,
    },
    /// The database holds something the program cannot believe, or answers in a shape it does not expect.
    #[error("the database holds something unexpected: {what}")]
    Inconsistent {
        /// What and where; for a value, the index of the column and the kind of value.
        what: String,
    },
    /// The schema was made by a newer program.
    #[error(
        "the database has schema version {found}, and this program knows versions up to {known}: \
         run the newer program, or restore a backup from before the upgrade"
    )]
    TooNew {
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// A unit changed rows and recorded no change; see [`Store::write`](crate::Store::write).
    #[error("the unit {unit} changed rows and recorded no change")]
    Unrecorded {
        /// Where the unit was written.
        unit: &'static str,
    },
    /// A unit of [`Store::write_unlogged`](crate::Store::write_unlogged) recorded a change.
    #[error("the unit {unit} is housekeeping and recorded a change")]
    Misrecorded {
        /// Where the unit was written.
        unit: &'static str,
    },
    /// The unit panicked; it was rolled back alone.
    #[error("the unit {unit} panicked")]
    Panicked {
        /// Where the unit was written.
        unit: &'static str,
    },
    /// The place of the database cannot be used as it is written.
    #[error("{0}")]
    Location(String),
    /// The rules of the account's time zone have changed, and what lies ahead in it is being moved to the new ones; or this
    /// program knows other rules than those that the account was moved to. Trying again in a moment can help.
    #[error("the account is being moved to other rules of its time zone")]
    Moving,
    /// The engine refused for another reason: a statement or a row that breaks a rule of the schema.
    #[error("the database refused ({code}): {message}")]
    Refused { code: Code, message: String },
}

impl StoreError {
    /// Whether the same may go well in a moment: nothing is wrong with what was asked.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Contended { .. } | Self::Unavailable { .. } | Self::Moving)
    }

    /// Whether an id that a unit drew at random is taken. The unit runs again, and draws another one.
    pub(crate) fn is_drawn_id_taken(&self) -> bool {
        // All other ids are too long to meet.
        self.broke("booking_pkey")
    }

    /// Whether a row was refused because of this constraint or index.
    #[must_use]
    pub fn broke(&self, name: &str) -> bool {
        matches!(self, Self::Unique { constraint } if constraint == name)
    }

    pub(crate) fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable { code: None, why: why.into() }
    }

    /// What is stored makes no sense, which the log tells more of.
    pub fn inconsistent(what: impl Into<String>) -> Self {
        Self::Inconsistent { what: what.into() }
    }

    /// The store was closed, or its threads have ended.
    pub(crate) fn closed() -> Self {
        Self::unavailable("the store is closed")
    }
}
