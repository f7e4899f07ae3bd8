//! Templates of e-mails: subject and body with placeholders.

mod parse;
mod placeholder;

pub use placeholder::Placeholder;

use crate::kind::EmailKind;
use crate::language::{Locale, Texts};
use slotkeeper_domain::account::Language;
use slotkeeper_domain::text::{TextShape, check};
use std::fmt;

/// A template as the owner wrote it: `Your booking: {product}`. A known name in braces is a placeholder. An empty line
/// in the body begins a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateSource {
    /// One line.
    pub subject: String,
    pub body: String,
}

impl TemplateSource {
    /// The default template of a kind of e-mail in a language.
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

/// A template whose placeholders are all known, for one kind of e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub(crate) kind: EmailKind,
    pub(crate) subject: Line,
    /// Paragraphs of lines; none is empty.
    pub(crate) body: Vec<Vec<Line>>,
}

pub(crate) type Line = Vec<Piece>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(String),
    Value(Placeholder),
}

impl Template {
    /// Longest subject with its placeholders by name, in characters.
    pub const LONGEST_SUBJECT: usize = 200;
    /// Longest body with its placeholders by name, in characters.
    pub const LONGEST_BODY: usize = 10_000;
    /// Most placeholders in a body.
    pub const MOST_PLACEHOLDERS: usize = 50;

    /// Parses a stored template.
    ///
    /// # Errors
    ///
    /// The first mistake that is found.
    pub fn parse(kind: EmailKind, text: &TemplateSource) -> Result<Self, TemplateSyntaxError> {
        Ok(Self { kind, subject: parse::subject(&text.subject)?, body: parse::body(&text.body)? })
    }

    /// Parses a template that is being saved, which must not hold invisible characters. Templates that were stored
    /// before this rule may.
    ///
    /// # Errors
    ///
    /// The first mistake that is found.
    pub fn written(kind: EmailKind, text: &TemplateSource) -> Result<Self, TemplateSyntaxError> {
        let template = Self::parse(kind, text)?;
        let visible =
            |part, text: &str, shape| check(text, shape, usize::MAX).map_err(|_| TemplateSyntaxError::NotShown(part));
        visible(Part::Subject, &text.subject, TextShape::Line)?;
        visible(Part::Body, &text.body, TextShape::Prose)?;
        Ok(template)
    }

    /// The default template, parsed.
    #[must_use]
    pub fn default_for(kind: EmailKind, language: Language) -> Self {
        let text = TemplateSource::default_for(kind, language);
        // A test parses all of them.
        Self::parse(kind, &text).unwrap_or_else(|_| Self { kind, subject: Vec::new(), body: Vec::new() })
    }

    #[must_use]
    pub fn kind(&self) -> EmailKind {
        self.kind
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Subject,
    Body,
}

/// A position in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourcePosition {
    pub part: Part,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

impl TemplateSyntaxError {
    /// The part with the mistake.
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

/// What is wrong with a template. The messages are whole sentences for the owner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateSyntaxError {
    /// The name has only the characters `A`–`Z`, `a`–`z`, `0`–`9`, `_` and `-`.
    #[error("There is no placeholder {{{name}}} ({place}).")]
    Unknown { name: String, place: SourcePosition },
    /// It stands for several lines, but its line holds something else, too.
    #[error("The placeholder {{{placeholder}}} needs a line of its own ({place}).")]
    NotAlone { placeholder: Placeholder, place: SourcePosition },
    /// It stands for several lines and is used more than once.
    #[error("The placeholder {{{placeholder}}} can be there once ({place}).")]
    Twice {
        placeholder: Placeholder,
        /// The position of the second use.
        place: SourcePosition,
    },
    #[error("The {0} is empty.")]
    Empty(Part),
    /// Invisible characters other than line breaks and tabs.
    #[error("The {0} has characters that cannot be shown.")]
    NotShown(Part),
    #[error("The {part} can have {most} characters at most.")]
    TooLong {
        part: Part,
        /// The limit, in characters.
        most: usize,
    },
    #[error("There can be {} placeholders at most.", Template::MOST_PLACEHOLDERS)]
    TooMany,
    #[error("The subject must be one line.")]
    SubjectNotALine,
}
