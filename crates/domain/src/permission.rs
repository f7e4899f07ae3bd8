//! The twenty permissions of API keys, and which other permissions each implies (wire reference, section 2.2).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// The subject of a permission. Pages group permissions by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Includes linked people.
    Customers,
    Bookings,
    /// Seat blocks and resource blocks.
    Blocks,
    Payments,
    Availability,
    /// Subaccounts of a portal.
    Portals,
}

impl Area {
    /// In the order of the pages.
    pub const ALL: [Self; 6] =
        [Self::Customers, Self::Bookings, Self::Blocks, Self::Payments, Self::Availability, Self::Portals];

    /// The heading on pages.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Customers => "Customers",
            Self::Bookings => "Bookings",
            Self::Blocks => "Seat and resource blocks",
            Self::Payments => "Payments",
            Self::Availability => "Availability",
            Self::Portals => "Subaccounts",
        }
    }
}

/// The things that a permission covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Only things that the application created, with any of its keys.
    Own,
    /// All things of the account.
    All,
    /// Not applicable: the permission is not about single things.
    Whole,
}

macro_rules! permissions {
    ($($name:ident = $word:literal, $area:ident, $scope:ident, implies [$($implied:ident),*], $sentence:literal;)*) => {
        /// A permission that an application can request.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission { $(#[doc = concat!("`", $word, "`: ", $sentence)] $name,)* }

        impl Permission {
            /// By area, smaller permissions first.
            pub const ALL: [Self; 20] = [$(Self::$name,)*];

            /// The word on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            #[must_use]
            pub fn area(self) -> Area {
                match self { $(Self::$name => Area::$area,)* }
            }

            #[must_use]
            pub fn scope(self) -> Scope {
                match self { $(Self::$name => Scope::$scope,)* }
            }

            /// What the permission allows, as a sentence for the owner of a business.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }

            /// All other permissions that this one includes, directly or indirectly.
            #[must_use]
            pub fn implied(self) -> &'static [Self] {
                match self { $(Self::$name => &[$(Self::$implied),*],)* }
            }
        }
    };
}

permissions! {
    CustomersRwOwn = "customers_rw_own", Customers, Own, implies [],
        "Create customers, and read and change the customers it created itself.";
    CustomersRwdOwn = "customers_rwd_own", Customers, Own, implies [CustomersRwOwn],
        "Create customers, and read, change and delete the customers it created itself.";
    CustomersRAll = "customers_r_all", Customers, All, implies [],
        "Read all your customers.";
    CustomersRwAll = "customers_rw_all", Customers, All, implies [CustomersRwOwn, CustomersRAll],
        "Create customers, and read and change all your customers.";
    CustomersRwdAll = "customers_rwd_all", Customers, All,
        implies [CustomersRwOwn, CustomersRwdOwn, CustomersRAll, CustomersRwAll],
        "Create customers, and read, change and delete all your customers.";

    BookingsRwOwn = "bookings_rw_own", Bookings, Own, implies [],
        "Make bookings, and read and change the bookings it made itself.";
    BookingsRwdOwn = "bookings_rwd_own", Bookings, Own, implies [BookingsRwOwn],
        "Make bookings, and read, change and cancel the bookings it made itself.";
    BookingsRAll = "bookings_r_all", Bookings, All, implies [],
        "Read all your bookings.";
    BookingsRwAll = "bookings_rw_all", Bookings, All, implies [BookingsRwOwn, BookingsRAll],
        "Make bookings, and read and change all your bookings.";
    BookingsRwdAll = "bookings_rwd_all", Bookings, All,
        implies [BookingsRwOwn, BookingsRwdOwn, BookingsRAll, BookingsRwAll],
        "Make bookings, and read, change and cancel all your bookings.";

    BlocksRwOwn = "blocks_rw_own", Blocks, Own, implies [],
        "Block seats and resources, and read and change the blocks it made itself.";
    BlocksRwdOwn = "blocks_rwd_own", Blocks, Own, implies [BlocksRwOwn],
        "Block seats and resources, and read, change and remove the blocks it made itself.";
    BlocksRAll = "blocks_r_all", Blocks, All, implies [],
        "Read all your seat and resource blocks.";
    BlocksRwAll = "blocks_rw_all", Blocks, All, implies [BlocksRwOwn, BlocksRAll],
        "Block seats and resources, and read and change all your blocks.";
    BlocksRwdAll = "blocks_rwd_all", Blocks, All,
        implies [BlocksRwOwn, BlocksRwdOwn, BlocksRAll, BlocksRwAll],
        "Block seats and resources, and read, change and remove all your blocks.";

    PaymentsRwOwn = "payments_rw_own", Payments, Own, implies [],
        "Record payments, and read the payments it recorded itself.";
    PaymentsRAll = "payments_r_all", Payments, All, implies [],
        "Read all your payments.";
    PaymentsRwAll = "payments_rw_all", Payments, All, implies [PaymentsRwOwn, PaymentsRAll],
        "Record payments, and read all your payments.";

    AvailabilityR = "availability_r", Availability, Whole, implies [],
        "See what you offer and what is still free.";

    SubaccountsRw = "subaccounts_rw", Portals, Whole, implies [],
        "List your subaccounts, and install itself in them with the same permissions.";
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is not one of the twenty permissions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no permission called “{0}”")]
pub struct UnknownPermission(pub String);

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.as_str() == text)
            .ok_or_else(|| UnknownPermission(text.to_owned()))
    }
}

/// The permissions of an authorization as they were granted. Implied permissions are not stored, so that a change of
/// the rules needs no migration; [`PermissionSet::allows`] considers them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PermissionSet(BTreeSet<Permission>);

impl PermissionSet {
    /// Whether the set contains the permission or one that implies it.
    #[must_use]
    pub fn allows(&self, wanted: Permission) -> bool {
        self.0.iter().any(|granted| *granted == wanted || granted.implied().contains(&wanted))
    }

    /// The granted permissions, by area.
    pub fn iter(&self) -> impl Iterator<Item = Permission> + '_ {
        self.0.iter().copied()
    }

    /// The granted permissions that no other permission of the set implies, by area.
    pub fn telling(&self) -> impl Iterator<Item = Permission> + '_ {
        self.iter().filter(|one| !self.0.iter().any(|other| other.implied().contains(one)))
    }

    /// The set without a permission, and so without what only that one implies.
    #[must_use]
    pub fn without(&self, permission: Permission) -> Self {
        Self(self.0.iter().copied().filter(|one| *one != permission).collect())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the comma-separated list of an Authorization URL. Spaces, empty entries and repeated ones are ignored.
    ///
    /// # Errors
    /// All unknown entries, in the order of the list.
    pub fn parse_list(text: &str) -> Result<Self, Vec<UnknownPermission>> {
        let mut set = BTreeSet::new();
        let mut unknown = Vec::new();
        for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            match word.parse() {
                Ok(permission) => {
                    set.insert(permission);
                }
                Err(problem) => unknown.push(problem),
            }
        }
        if unknown.is_empty() { Ok(Self(set)) } else { Err(unknown) }
    }

    /// The format of [`PermissionSet::parse_list`].
    #[must_use]
    pub fn to_list(&self) -> String {
        self.0.iter().map(|permission| permission.as_str()).collect::<Vec<_>>().join(",")
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Written by hand from section 2.2 of the wire reference, independently of the declaration above: the first
    /// permission of a line allows all others of it.
    const CLOSURE: &str = "
        customers_rw_own   customers_rw_own
        customers_rwd_own  customers_rwd_own customers_rw_own
        customers_r_all    customers_r_all
        customers_rw_all   customers_rw_all customers_rw_own customers_r_all
        customers_rwd_all  customers_rwd_all customers_rwd_own customers_rw_all customers_rw_own customers_r_all
        bookings_rw_own    bookings_rw_own
        bookings_rwd_own   bookings_rwd_own bookings_rw_own
        bookings_r_all     bookings_r_all
        bookings_rw_all    bookings_rw_all bookings_rw_own bookings_r_all
        bookings_rwd_all   bookings_rwd_all bookings_rwd_own bookings_rw_all bookings_rw_own bookings_r_all
        blocks_rw_own      blocks_rw_own
        blocks_rwd_own     blocks_rwd_own blocks_rw_own
        blocks_r_all       blocks_r_all
        blocks_rw_all      blocks_rw_all blocks_rw_own blocks_r_all
        blocks_rwd_all     blocks_rwd_all blocks_rwd_own blocks_rw_all blocks_rw_own blocks_r_all
        payments_rw_own    payments_rw_own
        payments_r_all     payments_r_all
        payments_rw_all    payments_rw_all payments_rw_own payments_r_all
        availability_r     availability_r
        subaccounts_rw     subaccounts_rw
    ";

    fn set(list: &str) -> PermissionSet {
        PermissionSet::parse_list(list).expect("known permissions")
    }

    #[test]
    fn the_closure_is_the_table_written_by_hand() {
        let rows: Vec<Vec<&str>> = CLOSURE
            .lines()
            .map(|line| line.split_whitespace().collect())
            .filter(|row: &Vec<_>| !row.is_empty())
            .collect();
        assert_eq!(rows.len(), 20);
        for row in rows {
            let granted = set(row[0]);
            for wanted in Permission::ALL {
                assert_eq!(granted.allows(wanted), row[1..].contains(&wanted.as_str()), "{} for {wanted}", row[0]);
            }
        }
    }

    #[test]
    fn a_list_is_read_with_forgiveness_and_refused_by_name() {
        assert_eq!(
            set(" availability_r , bookings_rw_own,,availability_r").to_list(),
            "bookings_rw_own,availability_r"
        );
        assert!(set(" , ").is_empty());
        let unknown = PermissionSet::parse_list("availability_r,Bookings_rw_own,all").expect_err("two are unknown");
        assert_eq!(unknown, vec![UnknownPermission("Bookings_rw_own".into()), UnknownPermission("all".into())]);
    }

    #[test]
    fn every_permission_has_a_word_and_a_sentence_of_its_own() {
        let words: BTreeSet<_> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
        let sentences: BTreeSet<_> = Permission::ALL.iter().map(|permission| permission.sentence()).collect();
        assert_eq!((words.len(), sentences.len()), (20, 20));
    }

    proptest! {
        /// A set allows exactly what its permissions allow one by one.
        #[test]
        fn a_set_allows_the_union(picked in proptest::sample::subsequence(Permission::ALL.to_vec(), 0..=20)) {
            let together: PermissionSet = picked.iter().copied().collect();
            for wanted in Permission::ALL {
                let alone = picked.iter().any(|one| PermissionSet::from_iter([*one]).allows(wanted));
                prop_assert_eq!(together.allows(wanted), alone);
            }
            prop_assert_eq!(PermissionSet::parse_list(&together.to_list()), Ok(together));
        }
    }
}
