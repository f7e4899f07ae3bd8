//! Use cases: what people and programs can do with Slotkeeper. One file a use case, named by its verb.
//!
//! A use case takes who asks as a type that only the right callers have ([`caller`]), does its work in one
//! transaction of the store, records what changed in that same transaction, and answers after it is durable.
//! Pages and the API call the same use cases.

pub mod access;
pub mod accounts;
pub mod allocation;
pub mod applications;
pub mod authorizations;
pub mod availability;
pub mod blocks;
pub mod bookings;
pub mod calendars;
pub mod call_limit;
pub mod caller;
pub mod catalogue;
pub mod changes;
pub mod clock;
pub mod consent;
pub mod context;
pub mod credits;
pub mod customers;
mod discounts;
pub mod emails;
pub mod fold;
pub mod holds;
pub mod idempotency;
pub mod in_flight;
pub mod linked_people;
pub mod outbox;
pub mod passwords;
pub mod payments;
pub mod promotions;
pub mod random;
pub mod resourceblocks;
pub mod seatblocks;
pub mod secrets;
pub mod sessions;
pub mod subaccounts;
pub mod sweep;
pub mod throttle;
pub mod users;
pub mod vouchers;
pub mod webhooks;
pub mod zones;

use authorizations::known_keys::KnownKeys;
use authorizations::last_use::LastUse;
use call_limit::CallLimit;
use catalogue::Catalogues;
use clock::Clock;
use in_flight::InFlight;
use passwords::Passwords;
use secrets::Vault;
use slotkeeper_domain::call_rate::CallRate;
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::retry_policy::RetryPolicy;
use slotkeeper_domain::sign_up::SignUpRules;
use slotkeeper_domain::time::Instant;
use slotkeeper_outgoing::Policy;
use slotkeeper_store::Store;
use std::sync::Arc;
use tokio::sync::Notify;
use url::Url;
use webhooks::items::PayloadItems;

/// Everything a use case needs: the store, the clock, the vault for secrets, and the server's settings. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

struct Parts {
    store: Store,
    clock: Arc<dyn Clock>,
    vault: Vault,
    passwords: Passwords,
    public_url: Url,
    delivers_mail: bool,
    sender: EmailAddress,
    most_customers: Option<u32>,
    sign_up: SignUpRules,
    receivers: Policy,
    retries: RetryPolicy,
    items: Arc<dyn PayloadItems>,
    mail_waiting: Notify,
    last_use: LastUse,
    known_keys: KnownKeys,
    call_limit: CallLimit,
    in_flight: InFlight,
    catalogues: Catalogues,
    calendar_use: calendars::LastUse,
    calendar_limit: calendars::FileLimit,
}

/// What an [`App`] is made of.
pub struct AppConfig {
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Hashes, seals and opens secrets.
    pub vault: Vault,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// The address people and programs reach the server at, for links and `Location`. With `https`, cookies are secure.
    pub public_url: Url,
    /// Whether a mail server is configured. Without one, mail is kept in the database.
    pub delivers_mail: bool,
    /// The address that mail comes from.
    pub sender: EmailAddress,
    /// How many customers a business can have before applications can add no more; nothing if that is not limited.
    pub most_customers: Option<u32>,
    /// Who may open an account by signing up.
    pub sign_up: SignUpRules,
    /// How often a key may call the API on this node; nothing for as often as it likes.
    pub call_rate: Option<CallRate>,
    /// Which addresses webhooks can have.
    pub receivers: Policy,
    /// When notices that did not arrive are sent again.
    pub retries: RetryPolicy,
    /// Writes down what notices show.
    pub items: Arc<dyn PayloadItems>,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(config: AppConfig) -> Self {
        let AppConfig {
            store,
            clock,
            vault,
            passwords,
            public_url,
            delivers_mail,
            sender,
            most_customers,
            sign_up,
            call_rate,
            receivers,
            retries,
            items,
        } = config;
        Self(Arc::new(Parts {
            store: store.with_clock(Arc::clone(&clock)),
            clock,
            vault,
            passwords,
            public_url,
            delivers_mail,
            sender,
            most_customers,
            sign_up,
            receivers,
            retries,
            items,
            mail_waiting: Notify::new(),
            last_use: LastUse::default(),
            known_keys: KnownKeys::default(),
            call_limit: CallLimit::new(call_rate),
            in_flight: InFlight::default(),
            catalogues: Catalogues::default(),
            calendar_use: calendars::LastUse::default(),
            calendar_limit: calendars::FileLimit::default(),
        }))
    }

    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The time by the clock that was passed in.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }

    /// Hashes, seals and opens secrets.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// Hashes and checks passwords.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// The address the server is reached at.
    #[must_use]
    pub fn public_url(&self) -> &Url {
        &self.0.public_url
    }

    /// The absolute address of a path that starts with `/`.
    #[must_use]
    pub fn address_of(&self, path: &str) -> String {
        format!("{}{path}", self.0.public_url.as_str().trim_end_matches('/'))
    }

    /// Whether mail goes out, or is only kept.
    #[must_use]
    pub fn delivers_mail(&self) -> bool {
        self.0.delivers_mail
    }

    /// The address that mail comes from.
    #[must_use]
    pub fn sender(&self) -> &EmailAddress {
        &self.0.sender
    }

    /// How many customers a business can have before applications can add no more (wire reference, section 9).
    #[must_use]
    pub fn most_customers(&self) -> Option<u32> {
        self.0.most_customers
    }

    /// Who may open an account by signing up.
    #[must_use]
    pub fn sign_up_rules(&self) -> SignUpRules {
        self.0.sign_up
    }

    /// Which addresses webhooks can have.
    #[must_use]
    pub fn receivers(&self) -> &Policy {
        &self.0.receivers
    }

    /// When notices that did not arrive are sent again.
    pub(crate) fn retries(&self) -> &RetryPolicy {
        &self.0.retries
    }

    /// Writes down what notices show.
    pub(crate) fn items(&self) -> &dyn PayloadItems {
        &*self.0.items
    }

    /// Is notified when a mail was written.
    #[must_use]
    pub fn mail_waiting(&self) -> &Notify {
        &self.0.mail_waiting
    }

    /// Which keys were used lately.
    #[must_use]
    pub fn last_use(&self) -> &LastUse {
        &self.0.last_use
    }

    /// What API keys open, in memory.
    pub(crate) fn known_keys(&self) -> &KnownKeys {
        &self.0.known_keys
    }

    /// How often keys may call.
    pub(crate) fn call_limit(&self) -> &CallLimit {
        &self.0.call_limit
    }

    /// What accounts have in flight.
    #[must_use]
    pub fn in_flight(&self) -> &InFlight {
        &self.0.in_flight
    }

    /// Which calendars were asked for lately.
    pub(crate) fn calendar_use(&self) -> &calendars::LastUse {
        &self.0.calendar_use
    }

    /// How often calendars are written.
    pub(crate) fn calendar_limit(&self) -> &calendars::FileLimit {
        &self.0.calendar_limit
    }

    pub(crate) fn catalogues(&self) -> &Catalogues {
        &self.0.catalogues
    }
}
