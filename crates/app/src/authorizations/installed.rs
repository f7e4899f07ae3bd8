//! The applications installed in an account.

use crate::App;
use crate::caller::AccountMember;
use slotkeeper_domain::id::ApplicationId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::authorizations::{self, Installed};

/// Most live authorizations of an account; all of them fit on one page.
pub const MOST_AUTHORIZATIONS: i64 = 500;

/// An installed application with its live authorizations, newest first.
#[derive(Debug)]
pub struct InstalledApplication {
    pub id: ApplicationId,
    pub authorizations: Vec<Installed>,
}

/// The applications installed in the member's account, by name.
pub async fn installed(app: &App, colleague: &AccountMember) -> Result<Vec<InstalledApplication>, StoreError> {
    let account = colleague.account.id.clone();
    let rows = app.store().read(move |db| authorizations::installed(db, &account, MOST_AUTHORIZATIONS)).await?;
    let mut applications: Vec<InstalledApplication> = Vec::new();
    // The rows are sorted by application, so those of one application follow each other.
    for row in rows {
        match applications.last_mut() {
            Some(last) if last.id == row.authorization.application => last.authorizations.push(row),
            _ => applications
                .push(InstalledApplication { id: row.authorization.application.clone(), authorizations: vec![row] }),
        }
    }
    Ok(applications)
}
