//! List what is installed in an account.

use crate::App;
use crate::caller::AccountMember;
use slotkeeper_domain::id::ApplicationId;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::authorizations::{self, Installed};

/// Most live authorizations an account can have: enough for every application it will ever want, and few enough to
/// show on one page.
pub const MOST_AUTHORIZATIONS: i64 = 500;

/// One installed application with its live authorizations, newest first.
#[derive(Debug)]
pub struct InstalledApplication {
    pub id: ApplicationId,
    pub authorizations: Vec<Installed>,
}

/// What is installed in the colleague's account, by name of the application.
pub async fn installed(app: &App, colleague: &AccountMember) -> Result<Vec<InstalledApplication>, StoreError> {
    let account = colleague.account.id.clone();
    let rows = app.store().read(move |db| authorizations::installed(db, &account, MOST_AUTHORIZATIONS)).await?;
    let mut applications: Vec<InstalledApplication> = Vec::new();
    for row in rows {
        match applications.last_mut() {
            Some(last) if last.id == row.authorization.application => last.authorizations.push(row),
            _ => applications
                .push(InstalledApplication { id: row.authorization.application.clone(), authorizations: vec![row] }),
        }
    }
    Ok(applications)
}
