//! One process per file: the order of writes, the checkpoints and every cache rely on it.

use crate::error::StoreError;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A process that is just ending gets this many times the delay to release the lock.
const MAX_TRIES: u32 = 20;
const RETRY_DELAY: Duration = Duration::from_millis(50);

/// Locks the file `PATH.lock` for the database at `path`. The lock ends when the file is dropped or the process ends in
/// any way; the file itself stays.
pub(super) fn acquire(path: &Path) -> Result<File, StoreError> {
    let lock_path = lock_path(path);
    if let Some(folder) = lock_path.parent() {
        fs::create_dir_all(folder).map_err(|error| {
            StoreError::unavailable(format!("cannot make the folder {}: {error}", folder.display()))
        })?;
    }
    let failed = |error| StoreError::unavailable(format!("cannot open the lock file {}: {error}", lock_path.display()));
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&lock_path).map_err(failed)?;
    restrict_permissions(&file).map_err(failed)?;
    for _ in 1..MAX_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(RETRY_DELAY),
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

/// Removes the access of other users that an earlier version left: a user who can open the file can lock it and so keep
/// the server from starting.
fn restrict_permissions(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata()?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            file.set_permissions(fs::Permissions::from_mode(mode & 0o700))?;
        }
    }
    Ok(())
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}
