//! The question put to an owner: may this application have these permissions?

use crate::account::{AccountKind, Role};
use crate::change::words;
use crate::id::ApplicationId;
use crate::permission::{Permission, PermissionSet, UnknownPermission};
use crate::time::Instant;
use percent_encoding::percent_decode_str;
use std::time::Duration;

/// How long a question can be answered.
pub const QUESTION_LIFETIME: Duration = Duration::from_secs(15 * 60);

/// Most bytes a `state` may have, as it stands in the query.
pub const LONGEST_STATE: usize = 2_000;

words! {
    /// What the owner decided.
    Decision {
        /// Agreed: a new authorization.
        Allowed = "allowed",
        Denied = "denied",
    }
}

/// What an Authorization URL asks for: `?authappid=…&permissions=…&state=…` (wire reference, section 2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRequest {
    pub application: ApplicationId,
    /// What it asks for; never empty.
    pub permissions: PermissionSet,
    /// The raw, still escaped value of `state`, so that it comes back byte for byte. Only characters that can
    /// stand in an address.
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
    /// Whether a query is meant as an Authorization URL at all.
    #[must_use]
    pub fn is_meant_by(query: &str) -> bool {
        query.split('&').any(|pair| matches!(split(pair).0, "authappid" | "permissions"))
    }

    /// Reads the query of an Authorization URL. Parameters it does not know are ignored.
    ///
    /// # Errors
    /// What is wrong with it; the first problem in the order of the address.
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

/// Printable ASCII without the characters that end a query or that programs disagree on.
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

/// What of the permissions can be granted in an account of this kind: only a portal has subaccounts.
#[must_use]
pub fn grantable(kind: AccountKind, permissions: &PermissionSet) -> PermissionSet {
    if kind == AccountKind::Portal { permissions.clone() } else { permissions.without(Permission::SubaccountsRw) }
}

/// Why somebody who is signed in may not decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayNotDecide {
    /// A developer account takes no bookings; nothing can be installed in it.
    DeveloperAccount,
    /// Only owners decide; this is a manager or a member of staff.
    NotTheOwner(Role),
}

/// Only the owner of an account that takes bookings, or manages ones that do, decides about applications.
///
/// # Errors
/// Why not.
pub fn may_decide(kind: AccountKind, role: Role) -> Result<(), MayNotDecide> {
    match (kind, role) {
        (AccountKind::Developer, _) => Err(MayNotDecide::DeveloperAccount),
        (AccountKind::Business | AccountKind::Portal, Role::Owner) => Ok(()),
        (AccountKind::Business | AccountKind::Portal, role) => Err(MayNotDecide::NotTheOwner(role)),
    }
}

/// The permissions asked for that no authorization of the same application in the account allows yet.
#[must_use]
pub fn news(asked: &PermissionSet, granted: &[PermissionSet]) -> Vec<Permission> {
    asked.iter().filter(|permission| !granted.iter().any(|set| set.allows(*permission))).collect()
}

/// What pressing a button on the consent page leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentStep {
    /// The question is open: the answer counts.
    Answer,
    /// The same answer was given before: lead where the first press led, and make nothing.
    Repeat,
    /// The other answer was given before, and stands.
    AnsweredOtherwise(Decision),
    Expired,
}

/// What a press of a button means for a question that can be answered until `expires_at` and was or was not answered
/// before. A question is answered once, however often a button is pressed.
#[must_use]
pub fn step(previous: Option<Decision>, expires_at: Instant, pressed: Decision, now: Instant) -> ConsentStep {
    match previous {
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
        let asked = set("bookings_rw_own,bookings_r_all,customers_r_all,availability_r");
        assert_eq!(news(&asked, &granted), vec![Permission::BookingsRAll, Permission::AvailabilityR]);
        assert_eq!(news(&asked, &[]).len(), 4);
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
