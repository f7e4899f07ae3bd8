//! File descriptors: each connection takes one, and so do the database, notices to webhooks, e-mails and the log.
//!
//! Many systems allow a process 1,024 unless it asks for more, so at the start the server asks for what it may have. The
//! connections of clients never get all of them.

/// For the database, per connection to it: a file of SQLite has several.
const PER_DATABASE_CONNECTION: u64 = 4;
/// For the log, the runtime, timers, e-mails and what a program has open in passing.
const OWN: u64 = 128;
/// For as many notices as are under way at once, and look-ups of names.
const NOTICES: u64 = 1_700;
/// With fewer connections than this a server is of no use to anybody.
const FEWEST: u64 = 16;

/// What becomes of the descriptors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DescriptorShare {
    /// How many connections of clients there can be.
    pub connections: usize,
    /// How many descriptors are kept for everything else.
    pub reserve: u64,
}

/// How many descriptors the process may have, having asked for all it can get; nothing where there is no limit, or none is
/// known.
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

/// How many connections of clients there can be, of `wanted`, with so many descriptors and connections to the database. Where
/// there are few, notices are content with half of what the rest leaves: they wait for each other.
#[must_use]
pub fn share(limit: Option<u64>, wanted: usize, database_connections: usize) -> DescriptorShare {
    let most = wanted as u64;
    let own = OWN + PER_DATABASE_CONNECTION * database_connections as u64;
    let Some(limit) = limit else { return DescriptorShare { connections: wanted, reserve: own + NOTICES } };
    let reserve = own + NOTICES.min(limit.saturating_sub(own) / 2);
    let connections = most.min(limit.saturating_sub(reserve).max(FEWEST));
    DescriptorShare { connections: usize::try_from(connections).unwrap_or(wanted), reserve }
}

/// Asks for descriptors and says in the log what becomes of them; how many connections there can be.
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
