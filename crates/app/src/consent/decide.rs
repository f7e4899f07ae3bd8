//! The owner allows or denies what an application asks for.

use super::ask::allowed_before;
use super::grant::{grant, new_api_key};
use crate::authorizations::installed::MOST_AUTHORIZATIONS;
use crate::caller::Owner;
use crate::outbox::{self, AccountEmail, BusinessIntroduction};
use crate::secrets::{CannotOpen, Usage};
use crate::throttle::{self, Bucket};
use crate::{App, random};
use slotkeeper_domain::callback::ConsentDecision;
use slotkeeper_domain::consent::{ConsentStep, Decision, step};
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::id::QuestionId;
use slotkeeper_domain::throttle::TooMany;
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::applications::{self, Application};
use slotkeeper_store::tables::authorizations::{self, Authorization, GrantedBy};
use slotkeeper_store::tables::questions::{self, Question};
use slotkeeper_store::tables::{accounts, sessions, users};
use slotkeeper_store::{Snapshot, StoreError, Tx};
use zeroize::Zeroizing;

/// What follows the answer.
pub enum Outcome {
    /// Redirect to the callback URL. If consent was given, the address contains the API key.
    Redirect(Zeroizing<String>),
    /// There is no callback URL. If consent was given, the developer gets an e-mail with the key; a denial is not
    /// reported.
    Settled,
}

#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// There is no such question in this session, or it has expired.
    #[error("the question has expired")]
    Expired,
    /// The question has the opposite answer already, which is final.
    #[error("the question was answered before")]
    AnsweredOtherwise(Decision),
    /// The same answer was given before, and its authorization has ended since.
    #[error("the authorization was ended since")]
    EndedSince,
    /// The account has [`MOST_AUTHORIZATIONS`].
    #[error("too many authorizations")]
    TooMany,
    /// The key would be sent by e-mail, and the developer got too many e-mails.
    #[error(transparent)]
    TooMuchMail(#[from] TooMany),
    /// The sealed redirect cannot be opened with this master key.
    #[error(transparent)]
    Sealed(#[from] CannotOpen),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers a question. Consent makes one authorization, even if the form is sent several times.
pub async fn decide(app: &App, owner: &Owner, id: QuestionId, pressed: Decision) -> Result<Outcome, DecideError> {
    let (unit, owner, now) = (app.clone(), owner.clone(), app.now());
    let answer = move |tx: &mut Tx| {
        let question =
            questions::find_locked(tx, &owner.account.id, &id, &owner.session_hash)?.ok_or(DecideError::Expired)?;
        match step(question.answer, question.expires_at, pressed, now) {
            ConsentStep::Expired => Err(DecideError::Expired),
            ConsentStep::AnsweredOtherwise(previous) => Err(DecideError::AnsweredOtherwise(previous)),
            ConsentStep::Repeat => repeat(tx, &unit, &owner, &question),
            ConsentStep::Answer => match pressed {
                Decision::Allowed => allow(tx, &unit, &owner, &question, now),
                Decision::Denied => deny(tx, &owner, &question, now),
            },
        }
    };
    let outcome = match pressed {
        Decision::Allowed => app.store().write(answer).await?,
        // A denial records no change.
        Decision::Denied => app.store().write_unlogged(answer).await?,
    };
    app.mail_waiting().notify_one();
    Ok(outcome)
}

fn allow(tx: &mut Tx, app: &App, owner: &Owner, question: &Question, now: Instant) -> Result<Outcome, DecideError> {
    let account = &owner.account.id;
    // The session may have ended, or the user been removed, while the page was open. Locked, so that the same question
    // in two tabs is answered one after the other.
    sessions::find_locked(tx, account, &owner.session_hash, now)?.ok_or(DecideError::Expired)?;
    if let Some(before) = allowed_before(tx, owner, question, now)? {
        return repeat(tx, app, owner, &before);
    }
    accounts::lock(tx, account)?;
    if authorizations::count(tx, account)? >= MOST_AUTHORIZATIONS {
        return Err(DecideError::TooMany);
    }
    let api_key = new_api_key(&question.application, account);
    let authorization = Authorization {
        account: account.clone(),
        id: random::id(),
        developer: question.developer.clone(),
        application: question.application.clone(),
        permissions: question.permissions.clone(),
        granted_by: GrantedBy::Owner(owner.user.id.clone()),
        created_at: now,
        last_used_at: None,
    };
    grant(tx, app, &authorization, &api_key)?;

    let state = question.state.as_deref().unwrap_or_default();
    let answer = ConsentDecision::Allowed { api_key: &api_key, state };
    let redirect = question.callback_url.as_ref().map(|callback| Zeroizing::new(callback.with_answer(&answer)));
    let sealed = redirect.as_ref().map(|redirect| app.vault().seal(Usage::Redirect, redirect));
    questions::answer(tx, account, &question.id, Decision::Allowed, Some(&authorization.id), sealed.as_deref())?;
    if let Some(redirect) = redirect {
        return Ok(Outcome::Redirect(redirect));
    }

    let (application, developer) = source(tx, question)?;
    let contact = accounts::contact_details(tx, account)?.unwrap_or_default();
    let known = owner.user.email_confirmed_at.map(|_| BusinessIntroduction {
        business: &owner.account.name,
        country: owner.account.country,
        contact: &contact,
        owner: &owner.user.email_address,
    });
    let email = AccountEmail::api_key(&application.name, known.as_ref(), &question.permissions, &api_key);
    // The e-mail is the only copy of the key. If it cannot be sent, the consent fails with the transaction.
    let to = developer.as_str();
    throttle::take_within::<DecideError>(tx, app, &[Bucket::DeveloperMail(to), Bucket::DeveloperMailInADay(to)])?;
    outbox::send(tx, app, &question.developer, &developer, &email)?;
    Ok(Outcome::Settled)
}

fn deny(tx: &mut Tx, owner: &Owner, question: &Question, now: Instant) -> Result<Outcome, DecideError> {
    // Allowed in another tab meanwhile: the application has a key, so the callback must not say otherwise.
    sessions::find_locked(tx, &owner.account.id, &owner.session_hash, now)?.ok_or(DecideError::Expired)?;
    if allowed_before(tx, owner, question, now)?.is_some() {
        return Err(DecideError::AnsweredOtherwise(Decision::Allowed));
    }
    questions::answer(tx, &owner.account.id, &question.id, Decision::Denied, None, None)?;
    denied(question)
}

fn denied(question: &Question) -> Result<Outcome, DecideError> {
    match &question.callback_url {
        Some(callback) => Ok(Outcome::Redirect(Zeroizing::new(callback.with_answer(&ConsentDecision::Denied)))),
        None => Ok(Outcome::Settled),
    }
}

/// The form was sent again: repeats the first outcome and makes nothing.
fn repeat(tx: &mut Tx, app: &App, owner: &Owner, question: &Question) -> Result<Outcome, DecideError> {
    let Some(id) = &question.authorization else { return denied(question) };
    authorizations::find(tx, &owner.account.id, id)?.ok_or(DecideError::EndedSince)?;
    match &question.sealed_redirect {
        Some(sealed) => Ok(Outcome::Redirect(app.vault().open(Usage::Redirect, sealed)?)),
        None => Ok(Outcome::Settled),
    }
}

/// The application of a question and its developer's e-mail address.
pub(super) fn source(db: &mut Snapshot, question: &Question) -> Result<(Application, EmailAddress), DecideError> {
    let application = applications::find(db, &question.developer, &question.application)?;
    let developer = users::first_owner(db, &question.developer)?.map(|owner| owner.email_address);
    application.zip(developer).ok_or(DecideError::Expired)
}
