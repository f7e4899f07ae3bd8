//! The location of the database, and how it is read from a URL.

use crate::error::StoreError;
use std::fmt;
use std::path::PathBuf;

/// Connections to PostgreSQL unless configured otherwise.
const CONNECTIONS: usize = 8;

/// The location of the database. Its `Debug` output has no password.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// A file of this machine. One process at a time uses it.
    Sqlite {
        /// The file; its folder is created if it is missing.
        path: PathBuf,
    },
    /// A PostgreSQL server, version 15 or newer. Several processes may share the database.
    Postgres {
        /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. With `?sslmode=require` the connection is encrypted and the
        /// server's certificate is checked against the machine's roots; with `prefer` only if the server offers TLS;
        /// without `sslmode` it is plain.
        url: String,
        /// How many units run at the same time.
        connections: usize,
    },
}

impl Location {
    /// Reads `sqlite:PATH`, `postgres://…` or `postgresql://…`, the latter two with eight connections.
    ///
    /// # Errors
    /// [`StoreError::Location`] if it is none of these. The text does not repeat the URL.
    pub fn from_url(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let relative_after_slashes = path.starts_with("//") && !path.starts_with("///");
            if path.is_empty() || path == ":memory:" || relative_after_slashes {
                return Err(StoreError::Location(
                    "after `sqlite:` the path of a file is expected, such as `sqlite:data/slotkeeper.db` or \
                     `sqlite:/var/lib/slotkeeper/slotkeeper.db`"
                        .to_owned(),
                ));
            }
            return Ok(Self::Sqlite { path: PathBuf::from(path) });
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres { url: url.to_owned(), connections: CONNECTIONS });
        }
        Err(StoreError::Location(
            "a database is named by `sqlite:PATH` or by `postgres://USER:PASSWORD@HOST/DATABASE`".to_owned(),
        ))
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path } => f.debug_struct("Sqlite").field("path", path).finish(),
            Self::Postgres { url, connections } => f
                .debug_struct("Postgres")
                .field("url", &without_secrets(url))
                .field("connections", connections)
                .finish(),
        }
    }
}

/// Scheme, host and database. A password can be in the user part and in the options, so both are left out.
fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", ""));
    let rest = rest.split('?').next().unwrap_or_default();
    let host_and_database = rest.rsplit_once('@').map_or(rest, |(_, after)| after);
    format!("{scheme}://{host_and_database}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_read_from_its_url() {
        assert_eq!(Location::from_url("sqlite:a/b.db"), Ok(Location::Sqlite { path: "a/b.db".into() }));
        assert_eq!(Location::from_url("sqlite:///a.db"), Ok(Location::Sqlite { path: "/a.db".into() }));
        assert!(matches!(
            Location::from_url("postgresql://h/d"),
            Ok(Location::Postgres { connections: CONNECTIONS, .. })
        ));
        for wrong in ["", "sqlite:", "sqlite::memory:", "sqlite://a.db", "mysql://h/d", "/a.db"] {
            assert!(matches!(Location::from_url(wrong), Err(StoreError::Location(_))), "{wrong:?}");
        }
    }

    #[test]
    fn the_password_is_not_printed() {
        for url in ["postgres://me:pa@ss@host:1/db", "postgres://host:1/db?user=me&password=pa@ss"] {
            let shown = format!("{:?}", Location::from_url(url));
            assert!(shown.contains("host:1/db") && !shown.contains("ss@") && !shown.contains("pa@"), "{shown}");
        }
    }
}
