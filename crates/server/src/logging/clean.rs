//! Makes every log entry a single line without characters that change how it is displayed.

use std::io::{self, Write};
use tracing_subscriber::fmt::MakeWriter;

/// Passes entries on, with control characters, line and paragraph separators and bidirectional controls replaced by
/// their numbers. The only line break of an entry is its last character.
#[derive(Clone, Copy, Debug)]
pub struct Clean<W>(pub W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Clean<W> {
    type Writer = Clean<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Clean(self.0.make_writer())
    }
}

impl<W: Write> Write for Clean<W> {
    /// Expects a whole entry per call, as `tracing` writes them.
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        match clean(&String::from_utf8_lossy(entry)) {
            Some(cleaned) => self.0.write_all(cleaned.as_bytes())?,
            None => self.0.write_all(entry)?,
        }
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The entry with replacements, or `None` if it needs none. Numbers are written as JSON escapes, so JSON stays valid.
fn clean(entry: &str) -> Option<String> {
    let line = entry.strip_suffix('\n').unwrap_or(entry);
    if !line.contains(moves_others) {
        return None;
    }
    let mut cleaned = String::with_capacity(entry.len() + 32);
    for character in line.chars() {
        if moves_others(character) {
            cleaned.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            cleaned.push(character);
        }
    }
    cleaned.push_str(&entry[line.len()..]);
    Some(cleaned)
}

/// All of them are at most U+FFFF, so four digits are enough.
fn moves_others(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_one_line_that_reads_as_written() {
        let written = |entry: &str| {
            let mut out = Vec::new();
            Clean(&mut out).write_all(entry.as_bytes()).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written("plain – Zoë 😀\n"), "plain – Zoë 😀\n");
        for character in (0..=0x1F).chain(0x7F..=0x9F).chain(0x2028..=0x202E).chain(0x2066..=0x2069) {
            let entry = format!("a{}b\n", char::from_u32(character).unwrap());
            assert_eq!(written(&entry), format!("a\\u{character:04x}b\n"));
        }
        assert_eq!(written("one\ntwo\r\n"), "one\\u000atwo\\u000d\n");
        assert_eq!(written("no end\u{202E}"), "no end\\u202e");
    }
}
