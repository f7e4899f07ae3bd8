//! What webhooks are shown, written by a program that breaks when a test wants it to.

use slotkeeper_api::webhooks::WirePayloads;
use slotkeeper_app::App;
use slotkeeper_app::authorizations::check::KeyHolder;
use slotkeeper_app::webhooks::items::PayloadItems;
use slotkeeper_domain::webhook::Domain;
use slotkeeper_store::{Snapshot, StoreError};
use std::sync::atomic::{AtomicI64, Ordering};

/// Writes items as the API does, until it breaks.
pub(crate) struct FragileItems {
    /// How many more it writes.
    left: AtomicI64,
}

impl Default for FragileItems {
    fn default() -> Self {
        Self { left: AtomicI64::new(i64::MAX) }
    }
}

impl FragileItems {
    /// Breaks once so many more have been written, from then on each time.
    pub(crate) fn break_after(&self, more: i64) {
        self.left.store(more, Ordering::SeqCst);
    }
}

impl PayloadItems for FragileItems {
    fn item(
        &self,
        db: &mut Snapshot,
        app: &App,
        holder: &KeyHolder,
        thing: (Domain, &str),
        gone: bool,
    ) -> Result<Option<String>, StoreError> {
        assert!(self.left.fetch_sub(1, Ordering::SeqCst) > 0, "the test wants this to break");
        WirePayloads.item(db, app, holder, thing, gone)
    }
}
