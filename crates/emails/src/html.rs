//! An e-mail as HTML.

use crate::compose::{EmailBlock, Imprint};
use crate::values::Value;
use askama::Template;

#[derive(Template)]
#[template(path = "email.html")]
struct Page<'a> {
    language: &'a str,
    title: &'a str,
    blocks: &'a [EmailBlock],
    imprint: &'a Imprint,
}

impl Page<'_> {
    /// Joins times such as `10:00–12:00`, which a line could otherwise break behind the dash.
    fn kept_together(text: &str) -> String {
        text.replace('–', "\u{2060}–\u{2060}")
    }
}

/// The page, with the same content as the plain text. All text is escaped; links are [`Link`](crate::link::Link)s.
pub(crate) fn write(language: &str, title: &str, blocks: &[EmailBlock], imprint: &Imprint) -> String {
    // Rendering into a string does not fail.
    Page { language, title, blocks, imprint }.render().unwrap_or_default()
}
