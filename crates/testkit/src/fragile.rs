//! Webhook payloads, written by a renderer that fails when a test wants it to.

use slotkeeper_api::webhooks::WirePayloads;
use slotkeeper_app::App;
use slotkeeper_app::authorizations::check::KeyHolder;
use slotkeeper_app::webhooks::items::PayloadItems;
use slotkeeper_domain::webhook::Domain;
use slotkeeper_store::{Snapshot, StoreError};
use std::sync::atomic::{AtomicI64, Ordering};

/// Writes items as the API does, until it panics.
pub(crate) struct FragileItems {
    /// Items until the panic.
    left: AtomicI64,
}

impl Default for FragileItems {
    fn default() -> Self {
        Self { left: AtomicI64::new(i64::MAX) }
    }
}

impl FragileItems {
    /// Panics after `more` further items, and for each one after that.
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
