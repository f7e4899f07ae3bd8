//! Consent: the request in an Authorization URL, who can decide about it, and what an answer on the consent page means.

use crate::account::{AccountKind, Role};
use crate::change::words;
use crate::id::ApplicationId;
use crate::permission::{Permission, PermissionSet, UnknownPermission};
use crate::time::Instant;
use percent_encoding::percent_decode_str;
use std::time::Duration;

/// How long a consent request can be answered.
pub const QUESTION_LIFETIME: Duration = Duration::from_secs(15 * 60);

/// Maximum length of `state`, in bytes as escaped in the query.
pub const LONGEST_STATE: usize = 2_000;

words! {
    Decision {
        /// Creates a new authorization.
        Allowed = "allowed",
        Denied = "denied",
    }
}

/// The request in an Authorization URL: `?authappid=…&permissions=…&state=…` (wire reference, section 2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRequest {
    pub application: ApplicationId,
    /// Never empty.
    pub permissions: PermissionSet,
    /// The escaped value exactly as received, so that the callback returns it byte for byte. Printable ASCII only.
    pub state: Option<String>,
}

/// What is wrong with an Authorization URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MalformedRequest {
    /// `authappid` is missing or has not the shape of an id.
    Application,
    /// `permissions` is missing or empty.
    NoPermissions,
    /// `permissions` names values that do not exist.
    UnknownPermissions(Vec<UnknownPermission>),
    /// `state` is too long or has characters that cannot stand in an address.
    State,
    /// A parameter is there twice: it is not clear which one is meant.
    Repeated(&'static str),
}

impl AuthorizationRequest {
    /// Whether the query has a parameter of an Authorization URL.
    #[must_use]
    pub fn is_meant_by(query: &str) -> bool {
        query.split('&').any(|pair| matches!(split(pair).0, "authappid" | "permissions"))
    }

    /// Reads the query of an Authorization URL. Unknown parameters are ignored.
    ///
    /// # Errors
    /// The first problem in the order application, permissions, state.
    pub fn parse(query: &str) -> Result<Self, MalformedRequest> {
        let application = value(query, "authappid")?.map(decode).ok_or(MalformedRequest::Application)?;
        let application = application.trim().parse().map_err(|_| MalformedRequest::Application)?;
        let permissions = value(query, "permissions")?.map(decode).unwrap_or_default();
        let permissions = PermissionSet::parse_list(&permissions).map_err(MalformedRequest::UnknownPermissions)?;
        if permissions.is_empty() {
            return Err(MalformedRequest::NoPermissions);
        }
        let state = value(query, "state")?.filter(|state| !state.is_empty());
        if state.is_some_and(|state| state.len() > LONGEST_STATE || !state.bytes().all(is_address_byte)) {
            return Err(MalformedRequest::State);
        }
        Ok(Self { application, permissions, state: state.map(str::to_owned) })
    }
}

/// Printable ASCII, except characters that end a query or that URL parsers treat differently.
fn is_address_byte(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(byte, b'#' | b'&' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
}

fn split(pair: &str) -> (&str, &str) {
    pair.split_once('=').unwrap_or((pair, ""))
}

fn value<'a>(query: &'a str, name: &'static str) -> Result<Option<&'a str>, MalformedRequest> {
    let mut found = query.split('&').map(split).filter(|(key, _)| *key == name).map(|(_, value)| value);
    let first = found.next();
    if found.next().is_some() { Err(MalformedRequest::Repeated(name)) } else { Ok(first) }
}

fn decode(raw: &str) -> String {
    percent_decode_str(&raw.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// The permissions that can be granted in an account of this kind: only a portal has subaccounts.
#[must_use]
pub fn grantable(kind: AccountKind, permissions: &PermissionSet) -> PermissionSet {
    if kind == AccountKind::Portal { permissions.clone() } else { permissions.without(Permission::SubaccountsRw) }
}

/// Why a signed-in user cannot decide about an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayNotDecide {
    /// A developer account takes no bookings; nothing can be installed in it.
    DeveloperAccount,
    /// Only owners decide; this is a manager or a member of staff.
    NotTheOwner(Role),
}

/// Only the owner of a business or a portal decides about applications.
pub fn may_decide(kind: AccountKind, role: Role) -> Result<(), MayNotDecide> {
    match (kind, role) {
        (AccountKind::Developer, _) => Err(MayNotDecide::DeveloperAccount),
        (AccountKind::Business | AccountKind::Portal, Role::Owner) => Ok(()),
        (AccountKind::Business | AccountKind::Portal, role) => Err(MayNotDecide::NotTheOwner(role)),
    }
}

/// The requested permissions that no earlier authorization of the application in this account allows.
#[must_use]
pub fn not_yet_granted(requested: &PermissionSet, granted: &[PermissionSet]) -> Vec<Permission> {
    requested.iter().filter(|permission| !granted.iter().any(|set| set.allows(*permission))).collect()
}

/// What a press of a button on the consent page leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentStep {
    /// The request is open: the decision is carried out.
    Answer,
    /// The same decision was made before: redirect as the first time, create nothing.
    Repeat,
    /// The opposite decision was made before and stays.
    AnsweredOtherwise(Decision),
    Expired,
}

/// What a press of a button means. A consent request is decided once, however often a button is pressed.
#[must_use]
pub fn step(previous: Option<Decision>, expires_at: Instant, pressed: Decision, now: Instant) -> ConsentStep {
    match previous {
        // Expiry comes first: after it, not even a repeated press leads to the callback.
        _ if now >= expires_at => ConsentStep::Expired,
        None => ConsentStep::Answer,
        Some(previous) if previous == pressed => ConsentStep::Repeat,
        Some(previous) => ConsentStep::AnsweredOtherwise(previous),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: &str = "authappid=DEMOAPP01ABC&permissions=availability_r,bookings_rw_own&state=a%2Fb+c%20d";

    #[test]
    fn an_authorization_url_is_read_and_its_state_left_alone() {
        let request = AuthorizationRequest::parse(RIGHT).expect("a request");
        assert_eq!(request.application.as_str(), "DEMOAPP01ABC");
        assert_eq!(request.permissions.to_list(), "bookings_rw_own,availability_r");
        assert_eq!(request.state.as_deref(), Some("a%2Fb+c%20d"));
        let escaped = RIGHT.replace(',', "%2C");
        assert_eq!(AuthorizationRequest::parse(&escaped), Ok(request));
    }

    #[test]
    fn every_mistake_has_its_name() {
        let unknown = MalformedRequest::UnknownPermissions(vec![UnknownPermission("fly".into())]);
        for (query, problem) in [
            ("permissions=availability_r".to_owned(), MalformedRequest::Application),
            ("authappid=demo&permissions=availability_r".into(), MalformedRequest::Application),
            ("authappid=DEMOAPP01ABC".into(), MalformedRequest::NoPermissions),
            ("authappid=DEMOAPP01ABC&permissions=%2C,".into(), MalformedRequest::NoPermissions),
            ("authappid=DEMOAPP01ABC&permissions=availability_r,fly".into(), unknown),
            (format!("{RIGHT}&state=again"), MalformedRequest::Repeated("state")),
            (
                format!("authappid=DEMOAPP01ABC&permissions=availability_r&state={}", "x".repeat(2_001)),
                MalformedRequest::State,
            ),
            ("authappid=DEMOAPP01ABC&permissions=availability_r&state=a\"b".into(), MalformedRequest::State),
        ] {
            assert_eq!(AuthorizationRequest::parse(&query), Err(problem), "{query}");
        }
        let empty =
            AuthorizationRequest::parse("authappid=DEMOAPP01ABC&permissions=availability_r&state=").expect("a request");
        assert_eq!(empty.state, None);
    }

    #[test]
    fn only_the_owner_of_an_account_that_takes_bookings_decides() {
        use {AccountKind as K, Role as R};
        for kind in [K::Business, K::Portal] {
            assert_eq!(may_decide(kind, R::Owner), Ok(()));
            assert_eq!(may_decide(kind, R::Manager), Err(MayNotDecide::NotTheOwner(R::Manager)));
            assert_eq!(may_decide(kind, R::Staff), Err(MayNotDecide::NotTheOwner(R::Staff)));
        }
        assert_eq!(may_decide(K::Developer, R::Owner), Err(MayNotDecide::DeveloperAccount));
    }

    #[test]
    fn new_is_what_no_earlier_grant_allows() {
        let set = |list| PermissionSet::parse_list(list).expect("permissions");
        let granted = [set("bookings_rwd_own"), set("customers_r_all")];
        let requested = set("bookings_rw_own,bookings_r_all,customers_r_all,availability_r");
        assert_eq!(not_yet_granted(&requested, &granted), vec![Permission::BookingsRAll, Permission::AvailabilityR]);
        assert_eq!(not_yet_granted(&requested, &[]).len(), 4);
    }

    #[test]
    fn a_question_is_answered_once() {
        use Decision::{Allowed, Denied};
        let (now, end) = (Instant::from_millis(5), Instant::from_millis(10));
        assert_eq!(step(None, end, Allowed, now), ConsentStep::Answer);
        assert_eq!(step(Some(Allowed), end, Allowed, now), ConsentStep::Repeat);
        assert_eq!(step(Some(Denied), end, Denied, now), ConsentStep::Repeat);
        assert_eq!(step(Some(Denied), end, Allowed, now), ConsentStep::AnsweredOtherwise(Denied));
        for previous in [None, Some(Allowed), Some(Denied)] {
            assert_eq!(step(previous, end, Allowed, end), ConsentStep::Expired);
        }
    }
}
