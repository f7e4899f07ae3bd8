//! Changes: the ordered log of an account.
//!
//! Every write to the data of an account appends a change in the same transaction. Webhook deliveries, the list of
//! changes and calendar feeds are derived from it alone. E-mails are written in the same transaction, but not derived
//! from the log.

use crate::booking::BookingNumber;
use crate::code::Code;
use crate::id::{
    AccountId, ApplicationId, AuthorizationId, CalendarId, CustomerId, LinkedPersonId, PaymentId, PromotionId,
    ResourceBlockId, SeatBlockId, SecretKeyId, UserId, WebhookId,
};
use crate::time::Instant;

/// An entry of an account's log. The store numbers the entries per account, without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub account: AccountId,
    pub at: Instant,
    pub actor: Actor,
    pub thing: Thing,
    pub thing_id: String,
    /// The application that created the thing, if any. A key with access to its application's own things sees the
    /// change only if this is that application (wire reference, section 2.2).
    pub creator: Option<ApplicationId>,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in user; of another account if a developer ends an authorization.
    User(AccountId, UserId),
    /// An application acting without a key: the account of its developer, and its id.
    Application(AccountId, ApplicationId),
    /// An application acting with a key. The change is stored only if the key has not ended by then.
    Key(Key),
    /// The server itself, or a person who is not signed in.
    System,
}

/// The API key that an application acts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The account of the application's developer.
    pub developer: AccountId,
    pub application: ApplicationId,
    /// The account that the key is for; in a subaccount, its portal.
    pub account: AccountId,
    pub authorization: AuthorizationId,
}

impl Actor {
    #[must_use]
    pub fn key(&self) -> Option<&Key> {
        match self {
            Self::Key(key) => Some(key),
            Self::User(..) | Self::Application(..) | Self::System => None,
        }
    }

    #[must_use]
    pub fn application(&self) -> Option<&ApplicationId> {
        match self {
            Self::Application(_, application) | Self::Key(Key { application, .. }) => Some(application),
            Self::User(..) | Self::System => None,
        }
    }

    /// The entry for the log of `account`.
    #[must_use]
    pub fn change(&self, account: &AccountId, at: Instant, subject: Subject<'_>, kind: Kind) -> Change {
        let Subject { thing, id, creator } = subject;
        let (thing_id, creator) = (id.to_owned(), creator.cloned());
        Change { account: account.clone(), at, actor: self.clone(), thing, thing_id, creator, kind }
    }
}

/// The thing that a change is about. The constructors of things that applications can create also take the creator.
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
    user(UserId) = User;
    application(ApplicationId) = Application;
    secret_key(SecretKeyId) = SecretKey;
    authorization(AuthorizationId) = Authorization;
    catalogue(AccountId) = Catalogue;
    booking(BookingNumber, creator) = Booking;
    customer(CustomerId, creator) = Customer;
    linked_person(LinkedPersonId) = LinkedPerson;
    payment(PaymentId, creator) = Payment;
    seat_block(SeatBlockId, creator) = SeatBlock;
    resource_block(ResourceBlockId, creator) = ResourceBlock;
    promotion(PromotionId) = Promotion;
    voucher(Code) = Voucher;
    webhook(WebhookId) = Webhook;
    calendar(CalendarId) = Calendar;
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word in the database.
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
        /// Name, contact details, settings.
        Account = "account",
        User = "user",
        Application = "application",
        SecretKey = "secret_key",
        Authorization = "authorization",
        /// Products, categories, resources, taxes, custom fields, booking settings.
        Catalogue = "catalogue",
        Booking = "booking",
        Customer = "customer",
        LinkedPerson = "linked_person",
        Payment = "payment",
        SeatBlock = "seat_block",
        ResourceBlock = "resource_block",
        Promotion = "promotion",
        Voucher = "voucher",
        Webhook = "webhook",
        Calendar = "calendar",
    }
}

impl Thing {
    /// Whether a change of it can change the access of API keys, so that cached access must be read again.
    #[must_use]
    pub fn concerns_keys(self) -> bool {
        match self {
            // API keys depend on these four kinds of rows.
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
    Kind {
        Created = "created",
        Updated = "updated",
        /// Deleted or ended.
        Deleted = "deleted",
    }
}
