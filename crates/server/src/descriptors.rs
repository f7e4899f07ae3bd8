//! File descriptors: raises the process's limit at the start and divides it. Client connections never get all: the
//! database, webhook deliveries, e-mails and the log need some.

/// Per database connection: SQLite opens several files.
const PER_DATABASE_CONNECTION: u64 = 4;
/// For the log, the runtime, timers, e-mails and files opened for a moment.
const OWN: u64 = 128;
/// For concurrent webhook deliveries and name lookups.
const DELIVERIES: u64 = 1_700;
/// The server is useless with fewer connections.
const MIN_CONNECTIONS: u64 = 16;

/// How the descriptors are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DescriptorShare {
    /// Maximum number of client connections.
    pub connections: usize,
    /// Descriptors reserved for everything else.
    pub reserve: u64,
}

/// Raises the limit of descriptors as far as allowed and returns it; `None` where there is no limit or it is unknown.
#[must_use]
pub fn raise() -> Option<u64> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let now = getrlimit(Resource::Nofile);
        if now.current == now.maximum {
            return now.current;
        }
        match setrlimit(Resource::Nofile, Rlimit { current: now.maximum, maximum: now.maximum }) {
            Ok(()) => now.maximum,
            Err(_) => now.current,
        }
    }
    #[cfg(not(unix))]
    None
}

/// Divides `limit` descriptors: client connections up to `wanted`, the rest in reserve. With few descriptors the
/// share of deliveries shrinks to half of what is left: deliveries can wait for each other.
#[must_use]
pub fn share(limit: Option<u64>, wanted: usize, database_connections: usize) -> DescriptorShare {
    let wanted_connections = wanted as u64;
    let own = OWN + PER_DATABASE_CONNECTION * database_connections as u64;
    let Some(limit) = limit else { return DescriptorShare { connections: wanted, reserve: own + DELIVERIES } };
    let reserve = own + DELIVERIES.min(limit.saturating_sub(own) / 2);
    let connections = wanted_connections.min(limit.saturating_sub(reserve).max(MIN_CONNECTIONS));
    DescriptorShare { connections: usize::try_from(connections).unwrap_or(wanted), reserve }
}

/// Raises the limit, logs the division, and returns the number of client connections.
#[must_use]
pub fn connections(wanted: usize, database_connections: usize) -> usize {
    let limit = raise();
    let DescriptorShare { connections, reserve } = share(limit, wanted, database_connections);
    let shown = limit.map_or_else(|| "no limit".to_owned(), |limit| limit.to_string());
    if connections < wanted {
        tracing::warn!(
            descriptors = shown,
            reserve,
            connections,
            wanted,
            "fewer connections are served at once than configured: the system allows the process too few file descriptors"
        );
    } else {
        tracing::info!(descriptors = shown, reserve, connections, "file descriptors");
    }
    connections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_a_reserve() {
        for (limit, wanted, expected) in [
            (None, 1_024, (1_024, 1_860)),
            (Some(1_048_576), 1_024, (1_024, 1_860)),
            (Some(4_096), 100_000, (2_236, 1_860)),
            (Some(1_024), 1_024, (432, 592)),
            (Some(256), 1_024, (48, 208)),
            (Some(100), 1_024, (16, 160)),
            (Some(1_024), 20, (20, 592)),
        ] {
            let DescriptorShare { connections, reserve } = share(limit, wanted, 8);
            assert_eq!((connections, reserve), expected, "{limit:?} {wanted}");
        }
    }
}
