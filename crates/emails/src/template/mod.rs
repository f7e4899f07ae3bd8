//! Texts of letters with placeholders, as owners write them.

mod parse;
mod placeholder;

pub use placeholder::Placeholder;

use crate::kind::EmailKind;
use crate::language::{Locale, Texts};
use slotkeeper_domain::account::Language;
use slotkeeper_domain::text::{TextShape, check};
use std::fmt;

/// Subject and body as they are written: `Your booking: {product}`. A name in braces is a placeholder; everything else
/// stands for itself. In the body an empty line begins a new paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateSource {
    /// The subject: one line.
    pub subject: String,
    pub body: String,
}

impl TemplateSource {
    /// The text that comes with the program, for a kind of letter in a language.
    #[must_use]
    pub fn default_for(kind: EmailKind, language: Language) -> Self {
        type Key = fn(&Texts) -> &'static str;
        let (subject, body): (Key, Key) = match kind {
            EmailKind::Confirmation => (|texts| texts.confirmation_subject, |texts| texts.confirmation_body),
            EmailKind::Requested => (|texts| texts.requested_subject, |texts| texts.requested_body),
            EmailKind::Changed => (|texts| texts.changed_subject, |texts| texts.changed_body),
            EmailKind::RequestChanged => (|texts| texts.request_changed_subject, |texts| texts.request_changed_body),
            EmailKind::Cancelled => (|texts| texts.cancelled_subject, |texts| texts.cancelled_body),
            EmailKind::Reminder => (|texts| texts.reminder_subject, |texts| texts.reminder_body),
            EmailKind::ThankYou => (|texts| texts.thank_you_subject, |texts| texts.thank_you_body),
            EmailKind::StaffBooked => (|texts| texts.staff_booked_subject, |texts| texts.staff_booked_body),
            EmailKind::StaffChanged => (|texts| texts.staff_changed_subject, |texts| texts.staff_changed_body),
            EmailKind::StaffCancelled => (|texts| texts.staff_cancelled_subject, |texts| texts.staff_cancelled_body),
        };
        let locale = Locale::of(language);
        Self { subject: locale.say(subject), body: locale.say(body) }
    }
}

/// A text whose placeholders are all known, for one kind of letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub(crate) kind: EmailKind,
    pub(crate) subject: Line,
    /// Paragraphs of lines; none is empty.
    pub(crate) body: Vec<Vec<Line>>,
}

/// A line of a template.
pub(crate) type Line = Vec<Piece>;

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    /// Stands for a value.
    Value(Placeholder),
}

impl Template {
    /// Longest subject as it is written, in characters.
    pub const LONGEST_SUBJECT: usize = 200;
    /// Longest body as it is written, in characters.
    pub const LONGEST_BODY: usize = 10_000;
    /// Most placeholders in a body.
    pub const MOST_PLACEHOLDERS: usize = 50;

    /// Reads a text.
    ///
    /// # Errors
    /// [`TemplateRefused`], the first that is found.
    pub fn parse(kind: EmailKind, text: &TemplateSource) -> Result<Self, TemplateSyntaxError> {
        Ok(Self { kind, subject: parse::subject(&text.subject)?, body: parse::body(&text.body)? })
    }

    /// Reads a text that is written now: one that was written before this was asked of it may have characters that nobody sees.
    ///
    /// # Errors
    /// [`TemplateRefused`], the first that is found.
    pub fn written(kind: EmailKind, text: &TemplateSource) -> Result<Self, TemplateSyntaxError> {
        let template = Self::parse(kind, text)?;
        let seen =
            |part, text: &str, shape| check(text, shape, usize::MAX).map_err(|_| TemplateSyntaxError::NotShown(part));
        seen(Part::Subject, &text.subject, TextShape::Line)?;
        seen(Part::Body, &text.body, TextShape::Prose)?;
        Ok(template)
    }

    /// The text that comes with the program.
    #[must_use]
    pub fn default_for(kind: EmailKind, language: Language) -> Self {
        let text = TemplateSource::default_for(kind, language);
        // A test reads all of them.
        Self::parse(kind, &text).unwrap_or_else(|_| Self { kind, subject: Vec::new(), body: Vec::new() })
    }

    /// The kind of letter that it is for.
    #[must_use]
    pub fn kind(&self) -> EmailKind {
        self.kind
    }
}

/// The parts of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Subject,
    Body,
}

/// Where something stands in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourcePosition {
    pub part: Part,
    /// In which of its lines, from 1.
    pub line: usize,
    /// At which character of the line, from 1.
    pub column: usize,
}

impl TemplateSyntaxError {
    /// In which part the mistake is.
    #[must_use]
    pub fn part(&self) -> Part {
        match self {
            Self::Unknown { place, .. } | Self::NotAlone { place, .. } | Self::Twice { place, .. } => place.part,
            Self::Empty(part) | Self::NotShown(part) | Self::TooLong { part, .. } => *part,
            Self::TooMany => Part::Body,
            Self::SubjectNotALine => Part::Subject,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Subject => "subject",
            Self::Body => "text",
        })
    }
}

impl fmt::Display for SourcePosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Part::Subject => write!(f, "subject, character {}", self.column),
            Part::Body => write!(f, "text, line {}, character {}", self.line, self.column),
        }
    }
}

/// Why a text is no template. The messages are whole sentences for the owner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateSyntaxError {
    /// There is no such placeholder. The name has the characters `A`–`Z`, `a`–`z`, `0`–`9`, `_` and `-` only.
    #[error("There is no placeholder {{{name}}} ({place}).")]
    Unknown {
        /// What stands between the braces.
        name: String,
        place: SourcePosition,
    },
    /// It stands for several lines, and other things are on its line.
    #[error("The placeholder {{{placeholder}}} needs a line of its own ({place}).")]
    NotAlone { placeholder: Placeholder, place: SourcePosition },
    /// It stands for several lines, and is there twice.
    #[error("The placeholder {{{placeholder}}} can be there once ({place}).")]
    Twice {
        placeholder: Placeholder,
        /// Where the second one is.
        place: SourcePosition,
    },
    #[error("The {0} is empty.")]
    Empty(Part),
    /// Characters that nobody sees, other than line breaks and tabs.
    #[error("The {0} has characters that cannot be shown.")]
    NotShown(Part),
    #[error("The {part} can have {most} characters at most.")]
    TooLong {
        part: Part,
        /// How many are allowed.
        most: usize,
    },
    #[error("There can be {} placeholders at most.", Template::MOST_PLACEHOLDERS)]
    TooMany,
    /// The subject has several lines.
    #[error("The subject must be one line.")]
    SubjectNotALine,
}
