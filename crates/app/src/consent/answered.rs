//! The answer to a question, for the page shown afterwards.

use super::decide::{DecideError, source};
use crate::App;
use crate::caller::Owner;
use slotkeeper_domain::account::Name;
use slotkeeper_domain::consent::Decision;
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::id::QuestionId;
use slotkeeper_store::tables::questions;

#[derive(Debug)]
pub struct RepeatedAnswer {
    pub decision: Decision,
    pub application: Name,
    pub developer: EmailAddress,
}

/// The answer to a question that was asked in the owner's session.
///
/// # Errors
/// [`DecideError::Expired`] when there is no such question or no answer.
pub async fn answered(app: &App, owner: &Owner, id: QuestionId) -> Result<RepeatedAnswer, DecideError> {
    let owner = owner.clone();
    app.store()
        .read(move |db| {
            let question =
                questions::find(db, &owner.account.id, &id, &owner.session_hash)?.ok_or(DecideError::Expired)?;
            let decision = question.answer.ok_or(DecideError::Expired)?;
            let (application, developer) = source(db, &question)?;
            Ok(RepeatedAnswer { decision, application: application.name, developer })
        })
        .await
}
