//! `/customers/{id}/linkedpeople` (wire reference, section 3.3).

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod show;
pub(crate) mod update;

use slotkeeper_domain::id::{CustomerId, LinkedPersonId};

/// Where somebody linked to a customer is.
fn path(customer: &CustomerId, id: &LinkedPersonId) -> String {
    format!("/customers/{customer}/linkedpeople/{id}")
}
