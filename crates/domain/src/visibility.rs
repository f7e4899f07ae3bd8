//! Permission requirements of operations, and the things that a key sees.

use crate::id::ApplicationId;
use crate::permission::{Permission, PermissionSet};

/// The things of an account that a key can work with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// Things created by this application, with any of its keys (wire reference, section 2.2).
    Own(ApplicationId),
    /// All things of the account.
    All,
}

impl Visibility {
    /// The application that must have created a thing; `None` if any creator will do.
    #[must_use]
    pub fn creator(&self) -> Option<&ApplicationId> {
        match self {
            Self::Own(application) => Some(application),
            Self::All => None,
        }
    }

    /// Whether a thing with this creator is visible; `None` stands for a thing that no application created.
    #[must_use]
    pub fn shows(&self, creator: Option<&ApplicationId>) -> bool {
        match self {
            Self::Own(application) => creator == Some(application),
            Self::All => true,
        }
    }
}

/// The permission that an operation requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermissionRequirement {
    AnyKey,
    One(Permission),
    /// `own` gives access to the application's own things, `all` to all things.
    OwnOrAll {
        own: Permission,
        all: Permission,
    },
}

impl PermissionRequirement {
    /// The visibility for an application with these permissions; `None` if the requirement is not met.
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
            // Reads all bookings, cancels only its own.
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
