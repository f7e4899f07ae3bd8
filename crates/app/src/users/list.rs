//! List the people of an account.

use crate::App;
use crate::caller::Owner;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::users::{self, User};

/// Most people an account can have.
pub const MOST_USERS: i64 = 200;

/// Everybody who signs in to the owner's account, in the order they were added.
pub async fn list(app: &App, owner: &Owner) -> Result<Vec<User>, StoreError> {
    let account = owner.account.id.clone();
    app.store().read(move |db| users::list(db, &account, MOST_USERS)).await
}
