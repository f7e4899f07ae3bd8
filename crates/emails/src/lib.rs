//! What e-mails about bookings say: to customers, and to the people of a business.
//!
//! A [`Template`] is an owner's text, or the one that comes with the program; [`render`] fills it with a
//! [`LetterInput`] and makes a [`Letter`]: subject, plain text, HTML with the same content, and for some kinds a calendar
//! entry. [`calendar`] also writes the files that calendar programs subscribe to.
//!
//! Nothing here reads a clock, a database or a file, sends anything, or decides whether something is to be sent.

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
