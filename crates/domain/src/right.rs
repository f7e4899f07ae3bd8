//! What a key must be allowed before something is done, and how far it then reaches.

use crate::id::ApplicationId;
use crate::permission::{Permission, PermissionSet};

/// Which of an account's things somebody may work with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// Those that this application created, with whichever of its keys (wire reference, section 2.2).
    Own(ApplicationId),
    /// All of them, whoever created them.
    All,
}

impl Sight {
    /// The application whose things alone are within sight; nothing when all are.
    #[must_use]
    pub fn creator(&self) -> Option<&ApplicationId> {
        match self {
            Self::Own(application) => Some(application),
            Self::All => None,
        }
    }

    /// Whether a thing is within sight that this application created, or, with none, somebody else.
    #[must_use]
    pub fn shows(&self, creator: Option<&ApplicationId>) -> bool {
        match self {
            Self::Own(application) => creator == Some(application),
            Self::All => true,
        }
    }
}

/// What a key must be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: any key will do.
    AnyKey,
    One(Permission),
    /// One of the two: with `own` it reaches what the application created, with `all` everything.
    OwnOrAll {
        /// The permission for the application's own things.
        own: Permission,
        /// The permission for everything in the account.
        all: Permission,
    },
}

impl Needs {
    /// How far an application with these permissions reaches; nothing when they do not allow it at all.
    #[must_use]
    pub fn sight(self, granted: &PermissionSet, application: &ApplicationId) -> Option<Sight> {
        match self {
            Self::AnyKey => Some(Sight::All),
            Self::One(permission) => granted.allows(permission).then_some(Sight::All),
            Self::OwnOrAll { all, .. } if granted.allows(all) => Some(Sight::All),
            Self::OwnOrAll { own, .. } => granted.allows(own).then(|| Sight::Own(application.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Permission::{AvailabilityR, BookingsRAll, BookingsRwOwn, BookingsRwdAll, BookingsRwdOwn};

    #[test]
    fn a_key_reaches_as_far_as_its_largest_permission() {
        let ours: ApplicationId = "DEMOAPP01ABC".parse().expect("an id");
        let own = Some(Sight::Own(ours.clone()));
        let read = Needs::OwnOrAll { own: BookingsRwOwn, all: BookingsRAll };
        let cancel = Needs::OwnOrAll { own: BookingsRwdOwn, all: BookingsRwdAll };
        for (needs, granted, sight) in [
            (Needs::AnyKey, "", Some(Sight::All)),
            (Needs::One(AvailabilityR), "availability_r", Some(Sight::All)),
            (Needs::One(AvailabilityR), "bookings_rwd_all", None),
            (read, "bookings_rw_own", own.clone()),
            (read, "bookings_rwd_own", own.clone()),
            (read, "bookings_rw_own,bookings_r_all", Some(Sight::All)),
            (read, "bookings_rw_all", Some(Sight::All)),
            (read, "customers_rwd_all", None),
            // Reads everything and cancels its own.
            (cancel, "bookings_rwd_own,bookings_r_all", own),
            (cancel, "bookings_rw_all", None),
        ] {
            let granted = PermissionSet::parse_list(granted).expect("permissions");
            assert_eq!(needs.sight(&granted, &ours), sight, "{needs:?} with {}", granted.to_list());
        }
    }

    #[test]
    fn its_own_is_what_the_application_created() {
        let (ours, theirs): (ApplicationId, ApplicationId) =
            ("DEMOAPP01ABC".parse().expect("an id"), "OTHERAPP01AB".parse().expect("an id"));
        let own = Sight::Own(ours.clone());
        assert!(own.shows(Some(&ours)) && !own.shows(Some(&theirs)) && !own.shows(None));
        assert!(Sight::All.shows(Some(&theirs)) && Sight::All.shows(None));
    }
}
