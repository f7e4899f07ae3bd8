//! E-mails about bookings, to customers and to the team of the business.
//!
//! A [`Template`] is an owner's text or the default; [`render`] fills it with an [`EmailContext`] and makes a
//! [`RenderedEmail`]: subject, plain text, HTML with the same content, and for some kinds a calendar entry.
//! [`calendar`] also writes feeds.
//!
//! This crate reads no clock, database or file, sends nothing, and does not decide whether an e-mail is sent.

pub mod calendar;
mod clean;
mod compose;
mod context;
mod details;
mod format;
mod html;
mod kind;
mod language;
mod link;
mod plain;
mod preview;
mod rendered;
mod template;
mod values;

pub use clean::HeaderText;
pub use context::{
    Booking, Business, Cancellation, Choice, ChoiceValue, Costs, Customer, EmailContext, People, PriceLine, TimeSpan,
};
pub use kind::{Audience, EmailKind, NotAnEmailKind};
pub use language::{choose_language, has_texts, languages};
pub use link::{Link, NotALink};
pub use preview::{preview, sample};
pub use rendered::{CalendarPart, RenderedEmail, render};
pub use template::{Part, Placeholder, SourcePosition, Template, TemplateSource, TemplateSyntaxError};
