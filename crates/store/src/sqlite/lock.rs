//! One process per file: the writer's order, the checkpoints and every cache rely on being alone.

use crate::error::StoreError;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often, and after what pauses, to ask again: a process that is just ending is given a moment.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// Takes the lock that stands for the database at `path`: a lock on the file `PATH.lock`. It is given back when
/// the file is dropped or the process ends, however it ends; the file itself stays.
pub(super) fn take(path: &Path) -> Result<File, StoreError> {
    let lock_path = lock_path(path);
    if let Some(folder) = lock_path.parent() {
        fs::create_dir_all(folder).map_err(|error| {
            StoreError::unavailable(format!("cannot make the folder {}: {error}", folder.display()))
        })?;
    }
    let failed = |error| StoreError::unavailable(format!("cannot open the lock file {}: {error}", lock_path.display()));
    let file = File::options().write(true).create(true).truncate(false).open(&lock_path).map_err(failed)?;
    for _ in 1..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
    }
    file.try_lock().map(|()| file).map_err(|_| {
        StoreError::unavailable(format!(
            "another process is using the database {}: one process at a time can; stop the other one, or use \
             PostgreSQL",
            path.display()
        ))
    })
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}
