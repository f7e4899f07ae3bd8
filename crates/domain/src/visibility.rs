//! What a key must be allowed before something is done, and how far it then reaches.

use crate::id::ApplicationId;
use crate::permission::{Permission, PermissionSet};

/// Which of an account's things somebody may work with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// Those that this application created, with whichever of its keys (wire reference, section 2.2).
    Own(ApplicationId),
    /// All of them, whoever created them.
    All,
}

impl Visibility {
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
pub enum PermissionRequirement {
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

impl PermissionRequirement {
    /// How far an application with these permissions reaches; nothing when they do not allow it at all.
    #[must_use]
    pub fn visibility(self, granted: &PermissionSet, application: &ApplicationId) -> Option<Visibility> {
        match self {
            Self::AnyKey => Some(Visibility::All),
            Self::One(permission) => granted.allows(permission).then_some(Visibility::All),
            Self::OwnOrAll { all, .. } if granted.allows(all) => Some(Visibility::All),
            Self::OwnOrAll { own, .. } => granted.allows(own).then(|| Visibility::Own(application.clone())),
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
        let own = Some(Visibility::Own(ours.clone()));
        let read = PermissionRequirement::OwnOrAll { own: BookingsRwOwn, all: BookingsRAll };
        let cancel = PermissionRequirement::OwnOrAll { own: BookingsRwdOwn, all: BookingsRwdAll };
        for (needs, granted, visibility) in [
            (PermissionRequirement::AnyKey, "", Some(Visibility::All)),
            (PermissionRequirement::One(AvailabilityR), "availability_r", Some(Visibility::All)),
            (PermissionRequirement::One(AvailabilityR), "bookings_rwd_all", None),
            (read, "bookings_rw_own", own.clone()),
            (read, "bookings_rwd_own", own.clone()),
            (read, "bookings_rw_own,bookings_r_all", Some(Visibility::All)),
            (read, "bookings_rw_all", Some(Visibility::All)),
            (read, "customers_rwd_all", None),
            // Reads everything and cancels its own.
            (cancel, "bookings_rwd_own,bookings_r_all", own),
            (cancel, "bookings_rw_all", None),
        ] {
            let granted = PermissionSet::parse_list(granted).expect("permissions");
            assert_eq!(needs.visibility(&granted, &ours), visibility, "{needs:?} with {}", granted.to_list());
        }
    }

    #[test]
    fn its_own_is_what_the_application_created() {
        let (ours, theirs): (ApplicationId, ApplicationId) =
            ("DEMOAPP01ABC".parse().expect("an id"), "OTHERAPP01AB".parse().expect("an id"));
        let own = Visibility::Own(ours.clone());
        assert!(own.shows(Some(&ours)) && !own.shows(Some(&theirs)) && !own.shows(None));
        assert!(Visibility::All.shows(Some(&theirs)) && Visibility::All.shows(None));
    }
}
