//! Letters about bookings, to customers and to the people of the business: written in the transaction of what they are about,
//! and sent like every mail.

mod costs;
pub mod follow_up;
pub mod follow_up_hours;
mod input;
pub mod templates;

use crate::App;
use crate::outbox::{self, EmailParts};
use input::BookingParties;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::time::Instant;
use slotkeeper_emails::{EmailKind, Template, TemplateSource, choose_language, render};
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::bookings::Booking;
use slotkeeper_store::tables::email_templates::{self, StoredTemplate};
use slotkeeper_store::tables::outbox::EmailKey;
use slotkeeper_store::tables::users;
use slotkeeper_store::{Snapshot, StoreError, Tx};

/// Who is told by e-mail what becomes of a booking. Nobody, unless whoever does it says so (wire reference, section 3.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Notify {
    /// The people of the business.
    pub users: bool,
    pub customer: bool,
}

impl Notify {
    #[must_use]
    pub fn is_anyone(self) -> bool {
        self.users || self.customer
    }
}

/// What became of a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BookingEvent {
    Booked,
    /// It is another one now.
    Changed,
    Cancelled,
}

impl BookingEvent {
    /// Of a booking that waits to be accepted nothing is said as if it were certain, and no text that an owner wrote for those
    /// that are.
    fn to_customer(self, accepted: bool) -> EmailKind {
        match (self, accepted) {
            (Self::Booked, true) => EmailKind::Confirmation,
            (Self::Booked, false) => EmailKind::Requested,
            (Self::Changed, true) => EmailKind::Changed,
            (Self::Changed, false) => EmailKind::RequestChanged,
            (Self::Cancelled, _) => EmailKind::Cancelled,
        }
    }

    fn to_users(self) -> EmailKind {
        match self {
            Self::Booked => EmailKind::StaffBooked,
            Self::Changed => EmailKind::StaffChanged,
            Self::Cancelled => EmailKind::StaffCancelled,
        }
    }
}

/// Writes the letters about what became of a booking, in the transaction in which it did; `booking` is as it is now. The
/// customer gets one if there is an address, in the customer's language; of the people of the business everybody who has
/// confirmed an address, in the business's main language.
pub(crate) fn queue_booking_emails(
    tx: &mut Tx,
    app: &App,
    (account, catalogue): (&Account, &Catalogue),
    booking: &Booking,
    (news, notify): (BookingEvent, Notify),
) -> Result<(), StoreError> {
    if !notify.is_anyone() {
        return Ok(());
    }
    let Some(story) = BookingParties::read(tx, app, account, booking)? else { return Ok(()) };
    if notify.customer
        && let Some(address) = story.customer.email_address.clone()
    {
        let email = (news.to_customer(booking.accepted), language_of(&story, account));
        write(tx, app, &story, (catalogue, booking), email, &[address], (booking.changes, None))?;
    }
    if notify.users {
        let people = users::list(tx, &account.id, crate::users::list::MOST_USERS)?;
        let confirmed = people.into_iter().filter(|user| user.email_confirmed_at.is_some());
        let addresses: Vec<_> = confirmed.map(|user| user.email_address).collect();
        let email = (news.to_users(), choose_language([account.languages.default_language()]));
        write(tx, app, &story, (catalogue, booking), email, &addresses, (booking.changes, None))?;
    }
    Ok(())
}

/// The language of letters to the customer: the customer's own if there are texts in it, or else the business's main one.
fn language_of(story: &BookingParties, account: &Account) -> Language {
    choose_language(story.customer.language.into_iter().chain([account.languages.default_language()]))
}

/// Writes one letter to several people, to each in a mail of its own. Who has it for this occasion gets no other. One that
/// waits until `not_after` is not sent any more. A business none of whose owners has confirmed an address writes to nobody:
/// anybody could use it to send any words to any address.
fn write(
    tx: &mut Tx,
    app: &App,
    story: &BookingParties,
    (catalogue, booking): (&Catalogue, &Booking),
    (kind, language): (EmailKind, Language),
    to: &[EmailAddress],
    (occasion, not_after): (i64, Option<Instant>),
) -> Result<(), StoreError> {
    if to.is_empty() {
        return Ok(());
    }
    let account = &story.business.account;
    if !users::has_confirmed_owner(tx, account)? {
        return Ok(());
    }
    let template = template(tx, account, kind, language)?;
    let input = story.input(app, catalogue, booking, language);
    let email = render(&template, &input);
    let parts = EmailParts {
        html: email.html,
        calendar: email.calendar,
        from_name: slotkeeper_emails::HeaderText::of(story.business.name.as_str()),
        reply_to: story.business.contact.email_address.as_ref().and_then(|address| address.parse().ok()),
    };
    let about = EmailKey { booking: &booking.number, email: kind.as_str(), occasion };
    for recipient in to {
        outbox::send_about(
            tx,
            app,
            account,
            (kind.audience(), recipient),
            (&email.subject, &email.text, &parts),
            (&about, not_after),
        )?;
    }
    Ok(())
}

/// What such a letter says: the business's own text or, where it has none, the one that comes with the program. A text that
/// a program of another version accepted and this one does not is passed over: somebody waits for the letter.
fn template(
    db: &mut Snapshot,
    account: &slotkeeper_domain::id::AccountId,
    kind: EmailKind,
    language: Language,
) -> Result<Template, StoreError> {
    let own = email_templates::find(db, account, kind.as_str(), tag(language))?;
    let own =
        own.and_then(|StoredTemplate { subject, body }| Template::parse(kind, &TemplateSource { subject, body }).ok());
    Ok(own.unwrap_or_else(|| Template::default_for(kind, language)))
}

/// The tag under which texts of a language are kept: all of its regions share them.
fn tag(language: Language) -> &'static str {
    let tag = language.as_str();
    tag.split_once('-').map_or(tag, |(primary, _)| primary)
}
