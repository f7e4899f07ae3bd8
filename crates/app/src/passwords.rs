//! Passwords: hashed with argon2id, a few at a time.
//!
//! One hash takes tens of milliseconds and 19 MiB. A bounded pool keeps a flood of sign-ins from taking the whole
//! machine; whoever comes when the queue is full is told to come back.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use slotkeeper_domain::secret::{HashedPassword, Password};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The pool does not take the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many passwords wait to be checked.
    #[error("too many passwords wait to be checked")]
    Busy,
    /// Hashing failed; nobody is let in.
    #[error("a password could not be hashed")]
    Failed,
}

/// How much work a hash is.
#[derive(Debug, Clone, Copy)]
pub enum Cost {
    /// 19 MiB, two passes: for production.
    Full,
    /// As little as the algorithm allows: for tests, which hash hundreds of passwords.
    Least,
}

/// Hashes and checks passwords, a few at a time.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    /// What is checked against when there is no such user, so that the answer takes as long.
    nobody: HashedPassword,
    at_work: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl Passwords {
    /// How many may wait for each one at work.
    const WAITING: usize = 32;

    /// A pool that works on `at_once` passwords at a time.
    ///
    /// # Errors
    /// When the algorithm refuses to work at all.
    pub fn new(cost: Cost, at_once: usize) -> Result<Self, PasswordError> {
        let (memory, passes) = match cost {
            Cost::Full => (19 * 1024, 2),
            Cost::Least => (Params::MIN_M_COST, 1),
        };
        let params = Params::new(memory, passes, 1, None).map_err(|_| PasswordError::Failed)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = hash(&argon2, &Password::new(crate::random::token(20)))?;
        let at_once = at_once.max(1);
        Ok(Self {
            argon2,
            nobody,
            at_work: Arc::new(Semaphore::new(at_once)),
            admitted: Arc::new(Semaphore::new(at_once * Self::WAITING)),
        })
    }

    /// The hash of a password, with a salt of its own.
    ///
    /// # Errors
    /// When too many wait, or hashing fails.
    pub async fn hash(&self, password: Password) -> Result<HashedPassword, PasswordError> {
        let argon2 = self.argon2.clone();
        self.work(move || hash(&argon2, &password)).await?
    }

    /// Whether the password belongs to the hash. Without a hash it never does, which takes as long to find out.
    ///
    /// # Errors
    /// When too many wait, or the check fails.
    pub async fn verify(&self, hash: Option<HashedPassword>, password: Password) -> Result<bool, PasswordError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let argon2 = self.argon2.clone();
        let matches = self
            .work(move || {
                PasswordHash::new(hash.expose()).is_ok_and(|hash| {
                    let matches = |one: &Password| argon2.verify_password(one.expose().as_bytes(), &hash).is_ok();
                    password.spellings().iter().any(matches)
                })
            })
            .await?;
        Ok(known && matches)
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let _admitted = self.admitted.try_acquire().map_err(|_| PasswordError::Busy)?;
        let turn = Arc::clone(&self.at_work).acquire_owned().await.map_err(|_| PasswordError::Failed)?;
        // The turn moves into the work: a caller who goes away does not make room for more than `at_once`.
        tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await
        .map_err(|_| PasswordError::Failed)
    }
}

fn hash(argon2: &Argon2<'_>, password: &Password) -> Result<HashedPassword, PasswordError> {
    let hash: PasswordHash =
        argon2.hash_password(password.composed().expose().as_bytes()).map_err(|_| PasswordError::Failed)?;
    Ok(HashedPassword::new(hash.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_nobody_has_none() {
        let passwords = Passwords::new(Cost::Least, 1).expect("a pool");
        let hash = passwords.hash(Password::new("seven green kayaks")).await.expect("a hash");
        assert!(hash.expose().starts_with("$argon2id$"));
        assert_eq!(passwords.verify(Some(hash.clone()), Password::new("seven green kayaks")).await, Ok(true));
        assert_eq!(passwords.verify(Some(hash), Password::new("seven green kayak")).await, Ok(false));
        assert_eq!(passwords.verify(None, Password::new("seven green kayaks")).await, Ok(false));
    }

    /// Also where the hash was made of what was typed, as earlier versions did.
    #[tokio::test]
    async fn a_password_is_known_whatever_characters_it_is_typed_with() {
        let passwords = Passwords::new(Cost::Least, 1).expect("a pool");
        let (c, d) = ("seven gr\u{e9}\u{e9}n kayaks", "seven gre\u{301}e\u{301}n kayaks");
        let as_typed = |text: &str| {
            let hash: PasswordHash = passwords.argon2.hash_password(text.as_bytes()).expect("a hash");
            HashedPassword::new(hash.to_string())
        };
        let old = [as_typed(c), as_typed(d)];
        let new = [passwords.hash(Password::new(c)).await, passwords.hash(Password::new(d)).await];
        for hash in new.into_iter().map(|hash| hash.expect("a hash")).chain(old) {
            for typed in [c, d] {
                assert_eq!(passwords.verify(Some(hash.clone()), Password::new(typed)).await, Ok(true));
            }
            assert_eq!(passwords.verify(Some(hash), Password::new("seven green kayaks")).await, Ok(false));
        }
    }

    #[tokio::test]
    async fn a_full_queue_refuses() {
        let passwords = Passwords::new(Cost::Least, 1).expect("a pool");
        let _all = passwords.admitted.clone().acquire_many_owned(32).await.expect("all places");
        assert_eq!(passwords.hash(Password::new("x")).await.err(), Some(PasswordError::Busy));
    }
}
