//! One process per file: the writer's order, the checkpoints and every cache rely on being alone.

use crate::error::StoreError;
use std::fs::{self, File, TryLockError};
use std::io;
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
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&lock_path).map_err(failed)?;
    close_to_others(&file).map_err(failed)?;
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

/// Takes from others what an earlier program left them: to whom the file is open, it can be locked, and the server kept from
/// starting.
fn close_to_others(file: &File) -> io::Result<()> {
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
