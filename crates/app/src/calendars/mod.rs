//! Calendar feeds that calendar programs subscribe to: for each member of the team, with all bookings, and for each
//! resource, with what occupies it. The address is the only protection, so it is treated like a key: shown once, hashed
//! at rest, replaced or ended at any time ([decision 27](../../../../docs/decisions/0027-calendars.md)).

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

/// A feed, whether it exists or not, with the user who may make and end it.
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

    /// The feed of a resource. Whether the resource exists is checked when the feed is made.
    #[must_use]
    pub fn of_resource(manager: &Manager, resource: ResourceId) -> Self {
        Self { of: CalendarOf::Resource(resource), person: (**manager).clone() }
    }
}

fn hash(app: &App, token: &CalendarToken) -> Hash {
    app.vault().hash(Usage::Calendar, token.expose())
}
