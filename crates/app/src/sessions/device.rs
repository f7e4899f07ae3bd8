//! Devices on which people signed in, told by a cookie that lasts.
//!
//! Somebody who guesses at a person's password from many places fills the limits of that person for all of them, and the
//! queue. A device on which the person signed in before has a limit and a turn of its own. What the cookie holds opens
//! nothing: it says that somebody who knew the password once had it, and for which address. Nothing of it is kept here.

use crate::secrets::{Usage, same};
use crate::{App, random};
use slotkeeper_domain::email_address::EmailAddress;
use std::fmt::Write;
use std::time::Duration;

/// How long a device is known after the last time somebody signed in on it.
pub const DEVICE_LIFETIME: Duration = Duration::from_secs(365 * 24 * 3_600);

/// How many people can share a device; then the one who signed in longest ago is forgotten.
const MOST: usize = 4;

/// Between what is known of one person and of the next.
const BETWEEN: char = '.';

/// Between the name of a device and the proof that it is known.
const PROOF: char = '~';

/// A device on which one person signed in before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device(String);

impl Device {
    /// The device by what its cookie says, if this person signed in on it before.
    #[must_use]
    pub fn known(app: &App, cookie: &str, address: &EmailAddress) -> Option<Self> {
        cookie.split(BETWEEN).take(MOST).find_map(|entry| {
            let (name, proof) = entry.split_once(PROOF)?;
            same(proof.as_bytes(), self::proof(app, name, address).as_bytes()).then(|| Self(name.to_owned()))
        })
    }

    /// What the cookie says after this person signed in, given what it said before.
    #[must_use]
    pub fn remembered(app: &App, cookie: &str, address: &EmailAddress) -> String {
        let name = Self::known(app, cookie, address).map_or_else(|| random::token(16), |known| known.0);
        let own = format!("{name}{PROOF}{}", proof(app, &name, address));
        let others = cookie.split(BETWEEN).filter(|entry| *entry != own && is_entry(entry)).take(MOST - 1);
        std::iter::once(own.as_str()).chain(others).collect::<Vec<_>>().join(&BETWEEN.to_string())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn proof(app: &App, name: &str, address: &EmailAddress) -> String {
    let hash = app.vault().hash_parts(Usage::Device, &[name.as_bytes(), address.as_str().as_bytes()]);
    hash.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Whether it looks like what is written here, for whomever.
fn is_entry(entry: &str) -> bool {
    entry.split_once(PROOF).is_some_and(|(name, proof)| {
        name.len() == 16
            && proof.len() == 64
            && name.bytes().chain(proof.bytes()).all(|byte| byte.is_ascii_alphanumeric())
    })
}
