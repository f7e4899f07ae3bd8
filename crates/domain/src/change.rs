//! Changes: the ordered log of what happened in an account.
//!
//! Every write that matters to an account leaves one entry, in the same transaction. What programs are told (webhooks, the
//! list of changes, calendars) is made from these entries and from nothing else; letters are written beside them, in the
//! transaction that leaves the entry.

use crate::booking::BookingNumber;
use crate::code::Code;
use crate::id::{
    AccountId, ApplicationId, AuthorizationId, CalendarId, CustomerId, LinkedPersonId, PaymentId, PromotionId,
    ResourceBlockId, SeatBlockId, SecretKeyId, UserId, WebhookId,
};
use crate::time::Instant;

/// One entry of an account's log. The store numbers it, per account, without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whose log it belongs to.
    pub account: AccountId,
    pub at: Instant,
    pub actor: Actor,
    /// What kind of thing changed.
    pub thing: Thing,
    /// The id of the thing.
    pub thing_id: String,
    /// The application that created the thing, if one did: keys that are allowed their own things know of the change only
    /// if it was theirs (wire reference, section 2.2).
    pub creator: Option<ApplicationId>,
    /// What happened to it.
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person who signed in: of this account or, for a developer ending an authorization, of another.
    User(AccountId, UserId),
    /// An application, by no key of its own: its developer's account, and its id.
    Application(AccountId, ApplicationId),
    /// An application, with one of its keys. What it does is stored only while that has not ended.
    Key(Key),
    /// The server itself, or somebody who was not signed in.
    System,
}

/// The key that an application acts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The account of the application's developer.
    pub developer: AccountId,
    pub application: ApplicationId,
    /// The account that the key opens; for what is done in a subaccount, its portal.
    pub account: AccountId,
    /// The authorization it belongs to.
    pub authorization: AuthorizationId,
}

impl Actor {
    /// The key it acts with, if it has one.
    #[must_use]
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Key(key) => Some(key),
            Self::User(..) | Self::Application(..) | Self::System => None,
        }
    }

    /// The application that acts, if it is one.
    #[must_use]
    pub fn application(&self) -> Option<&ApplicationId> {
        match self {
            Self::Application(_, application) | Self::Key(Key { application, .. }) => Some(application),
            Self::User(..) | Self::System => None,
        }
    }

    /// The entry in an account's log that says: this actor did that to the thing.
    #[must_use]
    pub fn change(&self, account: &AccountId, at: Instant, subject: Subject<'_>, kind: Kind) -> Change {
        let Subject { thing, id, creator } = subject;
        let (thing_id, creator) = (id.to_owned(), creator.cloned());
        Change { account: account.clone(), at, actor: self.clone(), thing, thing_id, creator, kind }
    }
}

/// The thing that a change is about. What applications can create is never named without saying which one did, if any.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    thing: Thing,
    id: &'a str,
    creator: Option<&'a ApplicationId>,
}

macro_rules! subjects {
    ($($(#[$doc:meta])* $name:ident($id:ty $(, $creator:ident)?) = $thing:ident;)*) => {
        impl<'a> Subject<'a> {$(
            $(#[$doc])*
            #[must_use]
            pub fn $name(id: &'a $id $(, $creator: Option<&'a ApplicationId>)?) -> Self {
                #[allow(unused_mut, unused_assignments, reason = "most things are not created by applications")]
                let mut subject = Self { thing: Thing::$thing, id: id.as_str(), creator: None };
                $(subject.creator = $creator;)?
                subject
            }
        )*}
    };
}

subjects! {
    account(AccountId) = Account;
    /// A person who signs in.
    user(UserId) = User;
    application(ApplicationId) = Application;
    /// An application's secret key.
    secret_key(SecretKeyId) = SecretKey;
    authorization(AuthorizationId) = Authorization;
    /// The catalogue of an account.
    catalogue(AccountId) = Catalogue;
    booking(BookingNumber, creator) = Booking;
    customer(CustomerId, creator) = Customer;
    /// A person linked to a customer.
    linked_person(LinkedPersonId) = LinkedPerson;
    payment(PaymentId, creator) = Payment;
    /// A block of seats.
    seat_block(SeatBlockId, creator) = SeatBlock;
    /// A block of resources.
    resource_block(ResourceBlockId, creator) = ResourceBlock;
    promotion(PromotionId) = Promotion;
    voucher(Code) = Voucher;
    webhook(WebhookId) = Webhook;
    /// A calendar that programs subscribe to.
    calendar(CalendarId) = Calendar;
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word that stands for it in the database.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::change::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err($crate::change::UnknownWord),
                }
            }
        }
    };
}

pub(crate) use words;

/// The text is not one of the words of a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not one of the known words")]
pub struct UnknownWord;

words! {
    /// The kinds of things whose changes are logged.
    Thing {
        /// The account itself: its name, contact details, settings.
        Account = "account",
        /// A person who signs in.
        User = "user",
        Application = "application",
        /// An application's secret key.
        SecretKey = "secret_key",
        Authorization = "authorization",
        /// The catalogue: products, categories, resources, taxes, custom fields, booking settings.
        Catalogue = "catalogue",
        Booking = "booking",
        Customer = "customer",
        /// A person linked to a customer.
        LinkedPerson = "linked_person",
        Payment = "payment",
        /// A block of seats.
        SeatBlock = "seat_block",
        /// A block of resources.
        ResourceBlock = "resource_block",
        Promotion = "promotion",
        Voucher = "voucher",
        /// A webhook of an application.
        Webhook = "webhook",
        /// A calendar that programs subscribe to.
        Calendar = "calendar",
    }
}

impl Thing {
    /// Whether a change of it can change what a pair of keys opens.
    #[must_use]
    pub fn concerns_keys(self) -> bool {
        match self {
            Self::Account | Self::Application | Self::SecretKey | Self::Authorization => true,
            Self::User
            | Self::Catalogue
            | Self::Booking
            | Self::Customer
            | Self::LinkedPerson
            | Self::Payment
            | Self::SeatBlock
            | Self::ResourceBlock
            | Self::Promotion
            | Self::Voucher
            | Self::Webhook
            | Self::Calendar => false,
        }
    }
}

words! {
    /// What happened to the thing.
    Kind {
        /// It came to be.
        Created = "created",
        /// It is different now.
        Updated = "updated",
        /// It is gone, or has ended.
        Deleted = "deleted",
    }
}
