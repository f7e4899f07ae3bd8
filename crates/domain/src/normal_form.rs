//! Unicode normal forms, for comparisons of texts. The same character can be encoded in several ways: `é` as one code
//! point, or as `e` and a combining accent. Normal form C (NFC) has one encoding for all canonically equivalent texts.

use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Normal form C.
#[must_use]
pub fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// Normal form D, with accents as separate code points.
#[must_use]
pub fn decomposed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.nfd().collect()) }
}

/// Lower case in normal form C, for comparisons that ignore case.
#[must_use]
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Decomposed first: some accented letters have no case mapping as one code point, only their parts do.
    let lower = decomposed(text).to_lowercase();
    lower.nfc().collect()
}

/// Whether both texts are canonically equivalent.
#[must_use]
pub fn is_same(one: &str, other: &str) -> bool {
    one == other || composed(one) == composed(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_looks_the_same_is_the_same() {
        for (one, other) in [
            ("Jos\u{e9}", "Jose\u{301}"),
            ("\u{c5}ngstr\u{f6}m", "A\u{30a}ngstro\u{308}m"),
            // Two accents in two orders, a sign that is a letter, and a syllable of Korean.
            ("a\u{323}\u{302}", "a\u{302}\u{323}"),
            ("\u{212b}", "\u{c5}"),
            ("\u{ac01}", "\u{1100}\u{1161}\u{11a8}"),
        ] {
            assert!(is_same(one, other) && folded(one) == folded(other), "{one} {other}");
        }
        assert_eq!((folded("JOS\u{c9}"), folded("JOSE\u{301}")), ("jos\u{e9}".to_owned(), "jos\u{e9}".to_owned()));
        assert!(!is_same("Jose", "Jos\u{e9}") && folded("Jose") != folded("Jos\u{e9}"));
    }

    proptest! {
        /// The result does not depend on the form of the input, and folding twice is folding once.
        #[test]
        fn forms_make_no_difference(text in "\\PC{0,40}") {
            let (c, d) = (composed(&text), decomposed(&text));
            prop_assert_eq!(&composed(&d), &c);
            prop_assert!(is_same(&c, &d));
            let once = folded(&text);
            prop_assert_eq!(&folded(&d), &once);
            let again = composed(&once).into_owned();
            prop_assert_eq!(&again, &once);
            prop_assert_eq!(&folded(&again), &once);
        }
    }
}
