//! The errors of the store.

use std::fmt;

/// The engine's own code: an SQLSTATE (`23505`), or SQLite's extended code (`SQLITE_2067`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(pub(crate) String);

impl Code {
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

/// Why a call of the store failed. Never contains values of parameters or rows.
///
/// Unless a variant says otherwise, nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A row with the same key exists. The name is the same on both engines: that of the index if it was made by
    /// `CREATE UNIQUE INDEX`, `TABLE_pkey` for a primary key, `TABLE_COLUMNS_key` for another key.
    #[error("a row with the same key exists already ({constraint})")]
    Unique { constraint: String },
    /// The key that the unit acted with has ended.
    #[error("the key that was used has ended")]
    KeyEnded,
    /// The queue is full. A later call can succeed.
    #[error("too many writes are waiting")]
    Busy,
    /// Conflicts with other transactions did not end within the time limit. A later call can succeed.
    #[error("other transactions were in the way ({code})")]
    Contended { code: Code },
    /// The database cannot be used: no connection, no disk space, a failing disk, a closed store. If the connection
    /// broke during COMMIT the unit may have been stored; the text says so.
    #[error("the database is unavailable: {why}")]
    Unavailable { code: Option<Code>, why: String },
    /// A stored value, or an answer of the engine, does not have the expected form.
    #[error("the database holds something unexpected: {what}")]
    Inconsistent {
        /// What and where; of a value, the index of the column and the kind of value.
        what: String,
    },
    /// The schema was made by a newer program.
    #[error(
        "the database has schema version {found}, and this program knows versions up to {known}: \
         run the newer program, or restore a backup from before the upgrade"
    )]
    /// The schema was made by a newer version of the program.
    TooNew {
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// A unit wrote rows and recorded no change; see [`Store::write`](crate::Store::write).
    #[error("the unit {unit} changed rows and recorded no change")]
    Unrecorded {
        /// The path of the closure.
        unit: &'static str,
    },
    /// A unit of [`Store::write_unlogged`](crate::Store::write_unlogged) recorded a change.
    #[error("the unit {unit} is housekeeping and recorded a change")]
    Misrecorded {
        /// The path of the closure.
        unit: &'static str,
    },
    /// The unit panicked and was rolled back; other units of its group were not.
    #[error("the unit {unit} panicked")]
    Panicked {
        /// The path of the closure.
        unit: &'static str,
    },
    /// The location of the database cannot be used as it is written.
    #[error("{0}")]
    Location(String),
    /// The account's instants are being moved to changed rules of its time zone, or this process does not know the
    /// rules in use. A later call can succeed.
    #[error("the account is being moved to other rules of its time zone")]
    Moving,
    /// The engine refused for another reason: a statement or a row that violates the schema.
    #[error("the database refused ({code}): {message}")]
    Refused { code: Code, message: String },
}

impl StoreError {
    /// Whether the same call can succeed later without a change.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Contended { .. } | Self::Unavailable { .. } | Self::Moving)
    }

    /// Whether an id that a unit drew at random is taken. The unit runs again, and draws another one.
    pub(crate) fn is_drawn_id_taken(&self) -> bool {
        // All other ids are too long to meet.
        self.broke("booking_pkey")
    }

    /// Whether the row was refused by this constraint or index.
    #[must_use]
    pub fn broke(&self, name: &str) -> bool {
        matches!(self, Self::Unique { constraint } if constraint == name)
    }

    pub(crate) fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable { code: None, why: why.into() }
    }

    /// For a stored value that makes no sense. The text goes to the log.
    pub fn inconsistent(what: impl Into<String>) -> Self {
        Self::Inconsistent { what: what.into() }
    }

    pub(crate) fn closed() -> Self {
        Self::unavailable("the store is closed")
    }
}
