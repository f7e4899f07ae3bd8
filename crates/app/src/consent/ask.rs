//! Ask: may this application have these permissions?

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

/// An Authorization URL that asks for something that can be granted.
#[derive(Debug, Clone)]
pub struct ConsentRequest {
    /// What it asks for.
    pub request: AuthorizationRequest,
    pub application: Application,
    /// Who made it: the trusted source.
    pub developer_email: EmailAddress,
}

/// A question on the owner's screen.
#[derive(Debug)]
pub struct ConsentQuestion {
    /// Its id, for the form.
    pub id: QuestionId,
    /// How many authorizations the application has in the account already.
    pub earlier: usize,
    /// Which of the permissions none of them allows.
    pub news: Vec<Permission>,
    /// What can be granted in the account, which is what the owner is asked.
    pub permissions: PermissionSet,
    /// Whether the owner agreed to this very question a moment ago: agreeing again leads where it led, and makes nothing.
    pub answered_before: bool,
}

/// Why there is nothing to decide.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The address is not a complete Authorization URL.
    #[error("malformed")]
    Malformed(MalformedRequest),
    /// There is no such application.
    #[error("unknown application")]
    UnknownApplication,
    /// The application has a callback URL, and the address has no `state` to send along.
    #[error("state is missing")]
    StateMissing(Box<Application>),
    /// The developer has not proved to receive mail at the address that is to be trusted.
    #[error("the developer's address is not confirmed")]
    DeveloperUnconfirmed(Box<Application>),
    /// Nothing of what it asks for can be granted in such an account: subaccounts, in one that has none.
    #[error("nothing that can be granted")]
    NothingGrantable,
    /// The person was asked too often of late.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// Whoever is signed in may not decide.
    #[error("not the owner")]
    MayNotDecide(MayNotDecide),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads an Authorization URL and finds the application, before anybody signs in.
///
/// # Errors
/// Every way in which the address itself is no good: [`AskError`].
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

/// Puts the question to whoever is signed in, if that is an owner. A question with the same `state` that was agreed
/// to in this session a moment ago is shown again instead of a new one, so that going back makes no second key.
///
/// # Errors
/// [`AskError::MayNotDecide`], [`AskError::TooMany`], or when the store fails.
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

/// The same question, agreed to in this session a moment ago, if what the agreement made still works.
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
