//! Reduces foreign text to one printable line.

use slotkeeper_domain::account::is_readable;
use std::fmt;

/// Longest value of a placeholder, in characters.
pub(crate) const LONGEST_VALUE: usize = 1_000;

/// Text for a header of an e-mail: one line of at most [`HeaderText::LONGEST`] characters, without control characters,
/// line separators, invisible characters and those that change the direction of writing. Characters outside ASCII
/// still have to be encoded (RFC 2047).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderText(String);

impl HeaderText {
    pub const LONGEST: usize = 200;

    /// The text as a header can hold it: blanks and line breaks become single spaces, other characters that do not fit
    /// are left out. A text that is too long is cut and ends in `…`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(one_line(text, Self::LONGEST))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HeaderText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text on one line, without invisible characters, cut to `longest` characters.
pub(crate) fn one_line(text: &str, longest: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    let mut previous = None;
    for character in text.chars() {
        let character = match character {
            '\u{A0}' => '\u{A0}',
            blank if blank.is_whitespace() => ' ',
            other => other,
        };
        let doubled = character == ' ' && matches!(previous, None | Some(' '));
        if doubled || !fits_behind(previous, character) {
            continue;
        }
        if length == longest {
            line.pop();
            line.truncate(line.trim_end().len());
            line.push('…');
            return line;
        }
        line.push(character);
        length += 1;
        previous = Some(character);
    }
    line.truncate(line.trim_end().len());
    line
}

/// Joiners and variation selectors are kept only behind a character that they can join: see [`is_readable`].
fn fits_behind(previous: Option<char>, character: char) -> bool {
    let joins = previous.is_some_and(|previous| !previous.is_ascii() && !matches!(previous, '\u{200C}' | '\u{200D}'));
    let pair: String = [if joins { 'é' } else { 'e' }, character].into_iter().collect();
    is_readable(&pair)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_header_is_one_line_that_can_be_seen() {
        for (text, header) in [
            ("Harbour Lights", "Harbour Lights"),
            (" a \t b\r\n c ", "a b c"),
            ("Tour\r\nBcc: someone@example.com", "Tour Bcc: someone@example.com"),
            ("a\u{0}b\u{7f}c\u{85}d\u{2028}e", "abc d e"),
            ("pay\u{202E}lap", "paylap"),
            ("👩\u{200D}🚀 ☕\u{FE0F} ❤\u{FE0F}\u{200D}🔥", "👩\u{200D}🚀 ☕\u{FE0F} ❤\u{FE0F}\u{200D}🔥"),
            ("27,50\u{A0}€", "27,50\u{A0}€"),
            ("\r\n", ""),
        ] {
            assert_eq!(HeaderText::of(text).as_str(), header, "{text:?}");
        }
        let long = HeaderText::of(&"ä".repeat(300));
        assert!(long.as_str().ends_with("ä…") && long.as_str().chars().count() == 200);
        assert_eq!(HeaderText::of(&"ä".repeat(200)).as_str(), "ä".repeat(200));
    }

    proptest! {
        #[test]
        fn nothing_makes_another_line(text in any::<String>()) {
            let header = HeaderText::of(&text);
            prop_assert!(is_readable(header.as_str()) && header.as_str().chars().count() <= HeaderText::LONGEST);
            prop_assert_eq!(HeaderText::of(header.as_str()), header);
        }
    }
}
