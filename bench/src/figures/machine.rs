//! The machine: cores of processes, processor time, and the time of durable writes.

use anyhow::Context;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One core for the measured program, another for the client.
#[derive(Debug, Clone)]
pub struct Cores {
    pub server: String,
    pub client: String,
}

impl Cores {
    /// Moves this process to a core of its own. `None` if the machine has no two cores or no `taskset`.
    #[must_use]
    pub fn share_out() -> Option<Self> {
        let pid = std::process::id().to_string();
        let said = Command::new("taskset").args(["-c", "-p", &pid]).stderr(Stdio::null()).output().ok()?;
        let said = String::from_utf8(said.stdout).ok()?;
        let allowed = list(said.rsplit(':').next()?);
        let (server, client) = (allowed.first()?.to_string(), allowed.last()?.to_string());
        if server == client {
            return None;
        }
        let mut mover = Command::new("taskset");
        mover.args(["-a", "-c", "-p", &client, &pid]).stdout(Stdio::null()).stderr(Stdio::null());
        mover.status().ok()?.success().then_some(Self { server, client })
    }
}

/// A command that runs a program on `core`, if given.
#[must_use]
pub fn program(binary: &Path, core: Option<&str>) -> Command {
    match core {
        Some(core) => {
            // `taskset` replaces itself with the program, so their process id is the same.
            let mut command = Command::new("taskset");
            command.args([OsStr::new("-c"), OsStr::new(core), binary.as_os_str()]);
            command
        }
        None => Command::new(binary),
    }
}

/// The numbers of a list such as `0-2,5`.
fn list(text: &str) -> Vec<u32> {
    let mut numbers = Vec::new();
    for part in text.trim().split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) {
            numbers.extend(first..=last);
        }
    }
    numbers
}

/// Linux counts processor time in ticks of this length, on all common machines.
const TICK: Duration = Duration::from_millis(10);

/// The processor time of a process so far, user and system. Linux only.
#[must_use]
pub fn processor_time(pid: u32) -> Option<Duration> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The program's name, in parentheses, may contain spaces. User time is field 14, system time 15.
    let mut fields = line.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let ticks: u32 = fields.next()?.parse::<u32>().ok()?.checked_add(fields.next()?.parse().ok()?)?;
    Some(TICK * ticks)
}

/// The time a core was in use, including time stolen by the host of a virtual machine. Linux only.
#[must_use]
pub fn core_time(core: &str) -> Option<Duration> {
    let cores = fs::read_to_string("/proc/stat").ok()?;
    let line = cores.lines().find_map(|line| line.strip_prefix("cpu")?.strip_prefix(core)?.strip_prefix(' '))?;
    // User, nice, system, idle, waiting for the disk, interrupts, soft interrupts, stolen.
    let ticks: Vec<u32> = line.split(' ').filter_map(|ticks| ticks.parse().ok()).take(8).collect();
    Some(TICK * (ticks.iter().sum::<u32>() - ticks.get(3)? - ticks.get(4)?))
}

/// The median time of a durable write of 4 KiB in a folder.
pub fn sync_time(folder: &Path) -> anyhow::Result<Duration> {
    const TRIES: usize = 100;
    let path = folder.join("sync");
    let mut file = File::create(&path).context("cannot try the disk")?;
    let block = [1; 4096];
    for _ in 0..TRIES {
        file.write_all(&block)?;
    }
    file.sync_all()?;
    file.seek(SeekFrom::Start(0))?;
    let mut times = Vec::with_capacity(TRIES);
    for _ in 0..TRIES {
        let began = Instant::now();
        file.write_all(&block)?;
        file.sync_data()?;
        times.push(began.elapsed());
    }
    fs::remove_file(path)?;
    times.sort();
    Ok(times[TRIES / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_cores_have_ranges() {
        assert_eq!(list(" 0-2,5\n"), [0, 1, 2, 5]);
        assert_eq!(list("7"), [7]);
        assert!(list("none").is_empty());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn processor_time_goes_forward() {
        let before = processor_time(std::process::id()).unwrap();
        assert!(processor_time(std::process::id()).unwrap() >= before);
        assert!(core_time("0").is_some() && core_time("none").is_none());
    }
}
