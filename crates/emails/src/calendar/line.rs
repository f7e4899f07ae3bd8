//! Content lines: how a property is written and folded (RFC 5545, section 3.1).

use crate::clean::{LONGEST_VALUE, one_line};

/// Longest line in octets, without CRLF.
const WIDTH: usize = 75;

/// The escape character in parameters (RFC 6868).
const CARET: char = '^';
/// The escape character in values (RFC 5545, section 3.3.11).
const BACKSLASH: char = '\\';

/// The lines that were written so far.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    /// Writes a property whose value needs no escaping: a word, a time, an address. Name and value must have no
    /// control characters.
    ///
    /// A line is folded neither within a character nor within an escape sequence, because some programs unescape
    /// before they unfold, and would lose the entry.
    pub fn raw(&mut self, name: &str, value: &str) {
        let width = self.fold(0, name.chars().chain([':']), CARET);
        self.fold(width, value.chars(), BACKSLASH);
        self.0.push_str("\r\n");
    }

    /// Continues a line that has `width` octets, folding it where it is full. Returns the octets of its last part.
    fn fold(&mut self, mut width: usize, mut characters: impl Iterator<Item = char>, escaping: char) -> usize {
        while let Some(character) = characters.next() {
            let escaped = if character == escaping { characters.next() } else { None };
            let octets = character.len_utf8() + escaped.map_or(0, char::len_utf8);
            if width + octets > WIDTH {
                // The leading space of a folded line counts.
                self.0.push_str("\r\n ");
                width = 1;
            }
            self.0.push(character);
            self.0.extend(escaped);
            width += octets;
        }
        width
    }

    /// Writes a property whose value is text, escaped.
    pub fn text(&mut self, name: &str, text: &str) {
        self.raw(name, &escaped(text));
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// The text as a value: line breaks of any kind become `\n`, control characters are left out (RFC 5545, section
/// 3.3.11).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => escaped.push_str("\\n"),
            '\t' => escaped.push('\t'),
            control if control.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// The text as the value of a parameter, in quotation marks. A parameter cannot hold quotation marks, so those become
/// apostrophes; carets are doubled (RFC 6868).
pub(super) fn parameter(text: &str) -> String {
    format!("\"{}\"", one_line(text, LONGEST_VALUE).replace('"', "'").replace('^', "^^"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(name: &str, text: &str) -> String {
        let mut lines = Lines::default();
        lines.text(name, text);
        lines.into_string()
    }

    #[test]
    fn what_has_a_meaning_is_escaped() {
        assert_eq!(
            written("SUMMARY", "a;b,c\\n\r\nd\re\u{2028}f\u{7}\tg:\"h\""),
            "SUMMARY:a\\;b\\,c\\\\n\\nd\\ne\\nf\tg:\"h\"\r\n"
        );
        assert_eq!(parameter("Ada \"A\" ^n\r\nX:Y;Z"), "\"Ada 'A' ^^n X:Y;Z\"");
    }

    #[test]
    fn a_line_is_folded_at_75_octets() {
        // 2 octets of name and colon, and 73 of the value.
        assert_eq!(written("X", &"a".repeat(73)), format!("X:{}\r\n", "a".repeat(73)));
        assert_eq!(written("X", &"a".repeat(74)), format!("X:{}\r\n a\r\n", "a".repeat(73)));
        // The umlaut has two octets.
        let split = format!("{}ä", "a".repeat(72));
        assert_eq!(written("X", &split), format!("X:{}\r\n ä\r\n", "a".repeat(72)));
        let (first, second) = ("a".repeat(73), "b".repeat(74));
        assert_eq!(written("X", &format!("{first}{second}c")), format!("X:{first}\r\n {second}\r\n c\r\n"));
    }

    #[test]
    fn a_line_is_not_folded_behind_a_backslash() {
        // The backslash would be the last octet of its line.
        for (text, escaped) in [(";", "\\;"), (",", "\\,"), ("\\", "\\\\"), ("\n", "\\n")] {
            let before = "a".repeat(72);
            assert_eq!(written("X", &format!("{before}{text}z")), format!("X:{before}\r\n {escaped}z\r\n"));
            assert_eq!(
                written("X", &format!("{}{text}z", &before[1..])),
                format!("X:{}{escaped}\r\n z\r\n", &before[1..])
            );
        }
        // A caret in a value escapes nothing.
        let before = "a".repeat(71);
        assert_eq!(written("X", &format!("{before}^;z")), format!("X:{before}^\r\n \\;z\r\n"));
        let mut lines = Lines::default();
        lines.raw(&format!("X;CN={}", parameter(&format!("{}^", "a".repeat(68)))), "b");
        assert_eq!(lines.into_string(), format!("X;CN=\"{}\r\n ^^\":b\r\n", "a".repeat(68)));
    }

    proptest! {
        #[test]
        fn every_line_is_short_and_whole_and_nothing_is_lost(
            text in prop_oneof![any::<String>(), r"[a-c\\\\;,\n^äß\u{1f6f6}]{0,400}"],
        ) {
            let written = written("DESCRIPTION", &text);
            for line in written.strip_suffix("\r\n").expect("an end").split("\r\n") {
                prop_assert!(line.len() <= WIDTH && !line.contains(['\r', '\n']), "{line:?}");
                let backslashes = line.bytes().rev().take_while(|byte| *byte == b'\\').count();
                prop_assert!(backslashes % 2 == 0, "{line:?}");
            }
            prop_assert_eq!(written.replace("\r\n ", ""), format!("DESCRIPTION:{}\r\n", escaped(&text)));
        }
    }
}
