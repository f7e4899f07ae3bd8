//! The master key: 32 random bytes from which all keys for sealing and hashing at rest are derived.
//!
//! It is kept beside the database, not in it, so that a copy of the database alone reveals no secret. A lost key
//! cannot be replaced, so it is written atomically.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The environment variable that holds the key instead of a file, as 64 hexadecimal digits: several nodes on one
/// database need the same key.
pub const ENVIRONMENT: &str = "SLOTKEEPER_MASTER_KEY";

const LENGTH: usize = 32;

/// The bytes of the master key. Has no `Debug`.
pub struct MasterKeyBytes([u8; LENGTH]);

impl MasterKeyBytes {
    /// The bytes. The caller must keep them out of logs and messages.
    #[must_use]
    pub fn into_bytes(self) -> [u8; LENGTH] {
        self.0
    }
}

#[derive(Debug, Error)]
pub enum MasterKeyError {
    /// The environment variable is not a key.
    #[error(
        "{ENVIRONMENT} must be 64 hexadecimal digits (32 random bytes). `openssl rand -hex 32` makes a good new one."
    )]
    BadVariable,
    /// The file is not a key.
    #[error(
        "{} holds no master key: it must be 64 hexadecimal digits. Restore it from a backup: without the right key \
         the keys and secrets in the database cannot be used.", .0.display()
    )]
    BadFile(PathBuf),
    /// The file's mode allows other users to read it.
    #[error(
        "The master key {} can be read by other users of this machine (mode {mode:03o}). \
         Allow only its owner: chmod 600 '{}'", path.display(), path.display()
    )]
    Exposed { path: PathBuf, mode: u32 },
    #[error("The master key {} cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("The master key {} cannot be created: {source}", path.display())]
    Create { path: PathBuf, source: io::Error },
}

/// The master key: from `environment` if given, otherwise from the file, which is created with a new random key if it
/// is missing. The file's folder must exist.
pub fn load_or_create(path: &Path, environment: Option<&str>) -> Result<MasterKeyBytes, MasterKeyError> {
    if let Some(text) = environment {
        return decode(text).ok_or(MasterKeyError::BadVariable);
    }
    if let Some(key) = load(path)? {
        return Ok(key);
    }
    create(path).map_err(|source| MasterKeyError::Create { path: path.to_owned(), source })?;
    // Read back: when two processes start at once, both must use the key of the first.
    load(path)?.ok_or_else(|| MasterKeyError::BadFile(path.to_owned()))
}

fn load(path: &Path) -> Result<Option<MasterKeyBytes>, MasterKeyError> {
    let unreadable = |source| MasterKeyError::Read { path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    refuse_exposed(path, &file.metadata().map_err(unreadable)?)?;
    let text = io::read_to_string(file).map_err(unreadable)?;
    decode(&text).map(Some).ok_or_else(|| MasterKeyError::BadFile(path.to_owned()))
}

#[cfg(unix)]
fn refuse_exposed(path: &Path, metadata: &fs::Metadata) -> Result<(), MasterKeyError> {
    use std::os::unix::fs::PermissionsExt;

    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(MasterKeyError::Exposed { path: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path, _: &fs::Metadata) -> Result<(), MasterKeyError> {
    Ok(())
}

/// Writes a new key to a temporary file and renames it when it is on disk. A key that another process created
/// meanwhile stays.
fn create(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut key = [0; LENGTH];
    getrandom::fill(&mut key).map_err(io::Error::other)?;

    // A temporary file has mode 0600.
    let mut file = tempfile::Builder::new().prefix(".master-key-").tempfile_in(folder)?;
    writeln!(file, "{}", encode(&key))?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(failed) => return Err(failed.error),
    }
    sync_folder(folder)
}

/// The name of a new file is durable only after its folder is synchronized.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

fn encode(key: &[u8; LENGTH]) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn decode(text: &str) -> Option<MasterKeyBytes> {
    let digits = text.trim().as_bytes();
    if digits.len() != 2 * LENGTH {
        return None;
    }
    let mut key = [0; LENGTH];
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(MasterKeyBytes(key))
}

fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        b'A'..=b'F' => Some(character - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error's message; `MasterKeyBytes` has no `Debug` for `unwrap_err`.
    fn refused(result: Result<MasterKeyBytes, MasterKeyError>) -> String {
        result.err().expect("an error").to_string()
    }

    #[test]
    fn the_first_start_makes_a_key_and_the_next_finds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let first = load_or_create(&path, None).ok().unwrap().into_bytes();
        let second = load_or_create(&path, None).ok().unwrap().into_bytes();
        assert_eq!(first, second);
        assert_ne!(first, [0; LENGTH]);

        let other = load_or_create(&folder.path().join("other.key"), None).ok().unwrap().into_bytes();
        assert_ne!(first, other);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "no temporary file is left");
    }

    #[test]
    fn creating_never_replaces_a_key_that_came_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let first = load_or_create(&path, None).ok().unwrap().into_bytes();
        create(&path).unwrap();
        assert_eq!(load_or_create(&path, None).ok().unwrap().into_bytes(), first);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        load_or_create(&path, None).ok().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let message = refused(load_or_create(&path, None));
            assert!(message.contains("chmod 600") && message.contains(&format!("{mode:03o}")), "{message}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        for text in ["", "12", &"g".repeat(64), &"a".repeat(66)] {
            let mut file = tempfile::NamedTempFile::new_in(&folder).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.persist(&path).unwrap();
            assert!(refused(load_or_create(&path, None)).contains("backup"));
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn the_environment_wins_and_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let key = load_or_create(&path, Some(&"0aF1".repeat(16))).ok().unwrap().into_bytes();
        assert_eq!(key[..2], [0x0a, 0xf1]);
        assert!(!path.exists());
        assert!(refused(load_or_create(&path, Some("short"))).contains(ENVIRONMENT));
    }

    #[test]
    fn a_folder_that_is_not_there_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let message = refused(load_or_create(&folder.path().join("no/master.key"), None));
        assert!(message.contains("no/master.key"), "{message}");
    }
}
