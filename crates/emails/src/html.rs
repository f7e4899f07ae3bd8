//! A letter as HTML.

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
    /// The text with the times of a day kept together: without these joiners a line can end behind the dash.
    fn kept_together(text: &str) -> String {
        text.replace('–', "\u{2060}–\u{2060}")
    }
}

/// The page, with the same content as the plain text. Everything is escaped; what is linked to is a
/// [`Link`](crate::link::Link).
pub(crate) fn write(language: &str, title: &str, blocks: &[EmailBlock], imprint: &Imprint) -> String {
    // Writing into memory does not fail.
    Page { language, title, blocks, imprint }.render().unwrap_or_default()
}
