//! The vault: how secrets are kept.
//!
//! From the server's master key come two keys: one to hash (so that a stolen database cannot be searched for a
//! guessed key), one to seal what must be readable again (secret keys for signing, mails that wait).

use chacha20poly1305::aead::{Aead, Generate, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, KeyInit as _, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

pub type Hash = [u8; 32];

/// What a hash or a sealed text is for. Part of both, so that one cannot be passed off as the other.
#[derive(Debug, Clone, Copy)]
pub enum Usage {
    /// API keys of authorizations.
    ApiKey,
    /// Secret keys of applications.
    SecretKey,
    /// Tokens of session cookies.
    Session,
    /// Tokens of links in mails.
    Link,
    /// Tokens of invitations to sign up.
    Invitation,
    /// What limits are counted by.
    Bucket,
    /// Where an answered question led.
    Redirect,
    Mail,
    /// What mails have besides their text.
    MailParts,
    /// Tokens that lead to further pages of a search.
    PageToken,
    /// Marks of places in the list of changes.
    ChangeMark,
    /// The check that a database belongs to a master key.
    MasterKeyCheck,
    /// Keys that requests carry to be sent again.
    IdempotencyKey,
    /// What a request with such a key said.
    Request,
    /// What such a request was answered.
    Answer,
    /// Tokens in the addresses of calendars.
    Calendar,
    /// What names a state of a calendar.
    CalendarTag,
    /// What tells a device on which somebody signed in.
    Device,
    Demo,
}

impl Usage {
    fn label(self) -> &'static [u8] {
        match self {
            Self::ApiKey => b"api-key",
            Self::SecretKey => b"secret-key",
            Self::Session => b"session",
            Self::Link => b"link",
            Self::Invitation => b"invitation",
            Self::Bucket => b"bucket",
            Self::Redirect => b"redirect",
            Self::Mail => b"mail",
            Self::MailParts => b"mail-parts",
            Self::PageToken => b"page-token",
            Self::ChangeMark => b"change-mark",
            Self::MasterKeyCheck => b"master-key-check",
            Self::IdempotencyKey => b"idempotency-key",
            Self::Request => b"request",
            Self::Answer => b"answer",
            Self::Calendar => b"calendar",
            Self::CalendarTag => b"calendar-tag",
            Self::Device => b"device",
            Self::Demo => b"demo",
        }
    }
}

/// A sealed text cannot be opened: it was made under another master key, for another usage, or was damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value cannot be opened with this master key")]
pub struct CannotOpen;

/// Hashes, seals and opens.
pub struct Vault {
    hash_key: Zeroizing<[u8; 32]>,
    cipher: XChaCha20Poly1305,
}

impl Vault {
    /// The vault of a master key.
    #[must_use]
    pub fn new(master_key: [u8; 32]) -> Self {
        let master_key = Zeroizing::new(master_key);
        let hash_key = Zeroizing::new(mac(master_key.as_slice(), &[b"slotkeeper hash v1"]));
        let seal_key = Zeroizing::new(mac(master_key.as_slice(), &[b"slotkeeper seal v1"]));
        Self { hash_key, cipher: XChaCha20Poly1305::new((&*seal_key).into()) }
    }

    /// The keyed hash of a text.
    #[must_use]
    pub fn hash(&self, usage: Usage, text: &str) -> Hash {
        mac(self.hash_key.as_slice(), &[usage.label(), b"\0", text.as_bytes()])
    }

    /// The keyed hash of several parts, none of which can be passed off as a part of another.
    #[must_use]
    pub fn hash_parts(&self, usage: Usage, parts: &[&[u8]]) -> Hash {
        let lengths: Vec<[u8; 8]> = parts.iter().map(|part| (part.len() as u64).to_be_bytes()).collect();
        let mut all: Vec<&[u8]> = vec![usage.label(), b"\0"];
        for (length, part) in lengths.iter().zip(parts) {
            all.extend([length.as_slice(), part]);
        }
        mac(self.hash_key.as_slice(), &all)
    }

    /// Seals a text: encrypted and authenticated, different every time.
    #[must_use]
    pub fn seal(&self, usage: Usage, text: &str) -> Vec<u8> {
        self.seal_for(usage, &[], text)
    }

    /// The same for one owner alone, named by these parts: in the place of another's it does not open.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the cipher refuses only texts of more than 256 GiB")]
    pub fn seal_for(&self, usage: Usage, owner: &[&[u8]], text: &str) -> Vec<u8> {
        let nonce = XNonce::generate();
        let payload = Payload { msg: text.as_bytes(), aad: &bound_to(usage, owner) };
        let mut sealed = nonce.to_vec();
        sealed.extend(self.cipher.encrypt(&nonce, payload).expect("a text of ordinary length"));
        sealed
    }

    /// Opens what [`Vault::seal`] sealed for the same usage.
    ///
    /// # Errors
    /// When it was not sealed by this vault for this usage.
    pub fn open(&self, usage: Usage, sealed: &[u8]) -> Result<Zeroizing<String>, CannotOpen> {
        self.open_for(usage, &[], sealed)
    }

    /// Opens what [`Vault::seal_for`] sealed for the same usage and owner.
    ///
    /// # Errors
    /// When it was not sealed by this vault for this usage and owner.
    pub fn open_for(&self, usage: Usage, owner: &[&[u8]], sealed: &[u8]) -> Result<Zeroizing<String>, CannotOpen> {
        let (nonce, ciphertext) = sealed.split_at_checked(24).ok_or(CannotOpen)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| CannotOpen)?;
        let payload = Payload { msg: ciphertext, aad: &bound_to(usage, owner) };
        let text = self.cipher.decrypt(&nonce, payload).map_err(|_| CannotOpen)?;
        String::from_utf8(text).map(Zeroizing::new).map_err(|_| CannotOpen)
    }
}

/// What is authenticated beside a sealed text: its usage, and the parts that name its owner, none of which can be passed off
/// as a part of another.
fn bound_to(usage: Usage, owner: &[&[u8]]) -> Vec<u8> {
    let mut bound = usage.label().to_vec();
    for part in owner {
        bound.push(0);
        bound.extend((part.len() as u64).to_be_bytes());
        bound.extend(*part);
    }
    bound
}

/// Whether two hashes are the same, in time that does not depend on where they differ.
#[must_use]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

/// The signature of a text in several parts, with nothing between them, under a secret key: HMAC-SHA-256 with the characters of
/// the key (wire reference, section 5.3).
#[must_use]
pub fn sign(secret_key: &str, parts: &[&[u8]]) -> Hash {
    mac(secret_key.as_bytes(), parts)
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_only_here_and_only_for_its_usage() {
        let vault = Vault::new([7; 32]);
        let sealed = vault.seal(Usage::Mail, "Dear Anna");
        assert_eq!(vault.open(Usage::Mail, &sealed).as_deref().map(String::as_str), Ok("Dear Anna"));
        assert_ne!(vault.seal(Usage::Mail, "Dear Anna"), sealed);
        assert!(vault.open(Usage::SecretKey, &sealed).is_err());
        assert!(Vault::new([8; 32]).open(Usage::Mail, &sealed).is_err());
        for broken in [&sealed[..10], &sealed[..sealed.len() - 1], b""] {
            assert!(vault.open(Usage::Mail, broken).is_err());
        }
    }

    #[test]
    fn what_was_sealed_for_one_owner_opens_for_no_other() {
        let vault = Vault::new([7; 32]);
        let sealed = vault.seal_for(Usage::Answer, &[b"A1", b"B2"], "Dear Anna");
        let open = |owner: &[&[u8]]| vault.open_for(Usage::Answer, owner, &sealed);
        assert_eq!(open(&[b"A1", b"B2"]).as_deref().map(String::as_str), Ok("Dear Anna"));
        for other in
            [&[b"A1" as &[u8], b"B3"] as &[&[u8]], &[b"B2", b"A1"], &[b"A1B2"], &[b"A1", b"B", b"2"], &[b"A1"], &[]]
        {
            assert!(open(other).is_err(), "{other:?}");
        }
        assert!(vault.open(Usage::Answer, &sealed).is_err());
    }

    #[test]
    fn a_hash_depends_on_key_usage_and_text() {
        let vault = Vault::new([7; 32]);
        let hash = vault.hash(Usage::ApiKey, "A1");
        assert_eq!(hash, Vault::new([7; 32]).hash(Usage::ApiKey, "A1"));
        assert!(!same(&hash, &vault.hash(Usage::ApiKey, "A2")));
        assert!(!same(&hash, &vault.hash(Usage::SecretKey, "A1")));
        assert!(!same(&hash, &Vault::new([8; 32]).hash(Usage::ApiKey, "A1")));
        let parts = |parts: &[&str]| {
            let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
            vault.hash_parts(Usage::Request, &parts)
        };
        assert!(same(&parts(&["A", "BC"]), &parts(&["A", "BC"])));
        assert!(!same(&parts(&["A", "BC"]), &parts(&["AB", "C"])) && !same(&parts(&["A", ""]), &parts(&["A"])));
    }
}
