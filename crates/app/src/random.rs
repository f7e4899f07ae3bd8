//! Random ids and secrets, from the operating system.

use slotkeeper_domain::id::{ID_ALPHABET, Id};

/// Letters and digits, both cases.
const ALPHANUMERIC: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Random bytes.
///
/// # Panics
/// When the operating system has none. Nothing can go on safely then.
#[must_use]
#[expect(clippy::expect_used, reason = "without randomness no key may be made")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// `length` characters, each equally likely, of an alphabet of at most 256.
fn text(alphabet: &[u8], length: usize) -> String {
    // Bytes past the last whole multiple of the alphabet would favour its first characters.
    let usable = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let fresh = bytes::<64>();
        let characters = fresh.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < usable);
        text.extend(characters.map(|byte| char::from(alphabet[byte % alphabet.len()])).take(length - text.len()));
    }
    text
}

/// `length` characters `A`–`Z` and `0`–`9`, 5.17 bits each.
#[must_use]
pub fn id_characters(length: usize) -> String {
    text(ID_ALPHABET, length)
}

/// `length` letters and digits of both cases, 5.95 bits each.
#[must_use]
pub fn token(length: usize) -> String {
    text(ALPHANUMERIC, length)
}

#[must_use]
pub fn id<T: Id>() -> T {
    loop {
        // Drawn from the alphabet and of the right length, so the first one parses.
        if let Ok(id) = id_characters(T::LENGTH).parse() {
            return id;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slotkeeper_domain::id::ApplicationId;

    #[test]
    fn every_character_of_the_alphabet_comes_up() {
        let redemption = token(20_000);
        assert_eq!(redemption.len(), 20_000);
        assert!(ALPHANUMERIC.iter().all(|byte| redemption.contains(char::from(*byte))));
    }

    #[test]
    fn ids_differ() {
        assert_ne!(id::<ApplicationId>(), id::<ApplicationId>());
    }
}
