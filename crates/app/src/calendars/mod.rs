//! Calendars that programs subscribe to: a secret address for each person of a business, with everything that is booked, and
//! for each resource, with what takes it.
//!
//! Whoever has the address can read, without signing in, so an address is kept like a key: shown once, hashed at rest, replaced
//! or ended at any time ([decision 27](../../../../docs/decisions/0027-calendars.md)).

pub mod end;
mod entries;
mod filling;
pub mod last_use;
mod limit;
pub mod list;
pub mod make;
pub mod read;
pub mod replace;

pub(crate) use last_use::LastUse;
pub(crate) use limit::FileLimit;

use crate::App;
use crate::caller::{BusinessMember, Manager, SignedIn};
use crate::secrets::{Hash, Usage};
use slotkeeper_domain::calendar::CalendarOf;
use slotkeeper_domain::id::ResourceId;
use slotkeeper_domain::secret::CalendarToken;

/// A calendar about which somebody may decide, and who that is. Whether it was made yet is another question.
#[derive(Debug, Clone)]
pub struct CalendarOwner {
    person: SignedIn,
    of: CalendarOf,
}

impl CalendarOwner {
    #[must_use]
    pub fn own(worker: &BusinessMember) -> Self {
        Self { of: CalendarOf::Person(worker.user.id.clone()), person: (**worker).clone() }
    }

    /// That of a resource, if there is such a resource.
    #[must_use]
    pub fn of_resource(manager: &Manager, resource: ResourceId) -> Self {
        Self { of: CalendarOf::Resource(resource), person: (**manager).clone() }
    }
}

fn hash(app: &App, token: &CalendarToken) -> Hash {
    app.vault().hash(Usage::Calendar, token.expose())
}
