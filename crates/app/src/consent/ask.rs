//! Read an Authorization URL and ask the owner for consent.

use crate::authorizations::installed::MOST_AUTHORIZATIONS;
use crate::caller::{Owner, SignedIn};
use crate::throttle::{self, Bucket};
use crate::{App, random};
use slotkeeper_domain::consent::{self, AuthorizationRequest, MalformedRequest, MayNotDecide, QUESTION_LIFETIME};
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::id::QuestionId;
use slotkeeper_domain::permission::{Permission, PermissionSet};
use slotkeeper_domain::throttle::TooMany;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::applications::{self, Application};
use slotkeeper_store::tables::authorizations;
use slotkeeper_store::tables::questions::{self, Question};
use slotkeeper_store::tables::users;
use slotkeeper_store::{Snapshot, StoreError};

/// A valid Authorization URL and the application it names.
#[derive(Debug, Clone)]
pub struct ConsentRequest {
    pub request: AuthorizationRequest,
    pub application: Application,
    /// The address of the developer's first owner, shown as the trusted source.
    pub developer_email: EmailAddress,
}

/// A question to the owner.
#[derive(Debug)]
pub struct ConsentQuestion {
    pub id: QuestionId,
    /// Number of authorizations the application has in the account.
    pub earlier: usize,
    /// The permissions that none of them contains.
    pub news: Vec<Permission>,
    /// The requested permissions that can be granted in an account of this kind.
    pub permissions: PermissionSet,
    /// Whether the owner consented to the same question a moment ago; consenting again repeats that redirect without a
    /// new key.
    pub answered_before: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum AskError {
    #[error("malformed")]
    Malformed(MalformedRequest),
    #[error("unknown application")]
    UnknownApplication,
    /// The application has a callback URL, and the query has no `state`.
    #[error("state is missing")]
    StateMissing(Box<Application>),
    /// The developer has not confirmed the e-mail address that would be shown as the trusted source.
    #[error("the developer's address is not confirmed")]
    DeveloperUnconfirmed(Box<Application>),
    /// None of the requested permissions can be granted, such as those for subaccounts in an account that has none.
    #[error("nothing that can be granted")]
    NothingGrantable,
    /// The user was asked too often.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The user is not an owner of a business or a portal.
    #[error("not the owner")]
    MayNotDecide(MayNotDecide),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Parses an Authorization URL and finds its application; no session is needed.
///
/// # Errors
/// [`AskError`], but for the variants that depend on the user.
pub async fn read(app: &App, query: &str) -> Result<ConsentRequest, AskError> {
    let request = AuthorizationRequest::parse(query).map_err(AskError::Malformed)?;
    let id = request.application.clone();
    let (application, owner) = app
        .store()
        .read(move |db| {
            let application = applications::find_public(db, &id)?.ok_or(AskError::UnknownApplication)?;
            let owner = users::first_owner(db, &application.account)?.ok_or(AskError::UnknownApplication)?;
            Ok::<_, AskError>((application, owner))
        })
        .await?;
    if application.callback_url.is_some() && request.state.is_none() {
        return Err(AskError::StateMissing(Box::new(application)));
    }
    if owner.email_confirmed_at.is_none() {
        return Err(AskError::DeveloperUnconfirmed(Box::new(application)));
    }
    Ok(ConsentRequest { request, application, developer_email: owner.email_address })
}

/// Stores a question for the owner. If a question with the same `state` was allowed in this session a moment ago,
/// returns that one, so that going back in the browser does not make a second key.
///
/// # Errors
/// [`AskError::MayNotDecide`], [`AskError::NothingGrantable`], [`AskError::TooMany`].
pub async fn ask(app: &App, person: &SignedIn, asking: &ConsentRequest) -> Result<ConsentQuestion, AskError> {
    let owner: Owner = person.as_owner().map_err(AskError::MayNotDecide)?;
    let permissions = consent::grantable(owner.account.kind, &asking.request.permissions);
    if permissions.is_empty() {
        return Err(AskError::NothingGrantable);
    }
    throttle::take::<AskError>(app, &[Bucket::Question(&owner.user.id)]).await?;
    let now = app.now();
    let question = Question {
        id: random::id(),
        developer: asking.application.account.clone(),
        application: asking.application.id.clone(),
        permissions,
        state: asking.request.state.clone(),
        callback_url: asking.application.callback_url.clone(),
        expires_at: now.after(QUESTION_LIFETIME),
        answer: None,
        authorization: None,
        sealed_redirect: None,
    };
    app.store()
        .write_unlogged(move |tx| {
            let account = &owner.account.id;
            let earlier = authorizations::live_of_application(tx, account, &question.application, MOST_AUTHORIZATIONS)?;
            let sets: Vec<_> = earlier.iter().map(|authorization| authorization.permissions.clone()).collect();
            let news = consent::not_yet_granted(&question.permissions, &sets);

            let answered = allowed_before(tx, &owner, &question, now)?;
            let answered_before = answered.is_some();
            let id = match answered {
                Some(answered) => answered.id,
                None => {
                    questions::insert(tx, account, &owner.user.id, &owner.session_hash, &question, now)?;
                    question.id.clone()
                }
            };
            let permissions = question.permissions.clone();
            Ok(ConsentQuestion { id, earlier: earlier.len(), news, permissions, answered_before })
        })
        .await
}

/// The same question, allowed in this session a moment ago, if its authorization is still live.
pub(super) fn allowed_before(
    db: &mut Snapshot,
    owner: &Owner,
    question: &Question,
    now: Instant,
) -> Result<Option<Question>, StoreError> {
    let account = &owner.account.id;
    let Some(before) = questions::find_allowed(db, account, &owner.session_hash, question, now)? else {
        return Ok(None);
    };
    let Some(authorization) = &before.authorization else { return Ok(None) };
    Ok(authorizations::find(db, account, authorization)?.map(|_| before))
}
