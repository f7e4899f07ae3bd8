//! Consent requests shown to owners. Each belongs to the session in which it was made, and is answered once.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::callback::CallbackUrl;
use slotkeeper_domain::consent::Decision;
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId, QuestionId, UserId};
use slotkeeper_domain::permission::PermissionSet;
use slotkeeper_domain::time::Instant;

/// The columns of a [`Question`].
macro_rules! columns {
    () => {
        "id, developer_account_id, application_id, permissions, state, callback_url, expires_at, answer, authorization_id, sealed_redirect"
    };
}

statements! {
    INSERT = "INSERT INTO question (account_id, id, session_hash, user_id, developer_account_id, application_id, permissions,
                                    state, callback_url, created_at, expires_at)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    FIND_LOCKED = concat!("SELECT ", columns!(), "
        FROM question WHERE account_id = ?1 AND id = ?2 AND session_hash = ?3 {FOR UPDATE}");
    FIND = concat!("SELECT ", columns!(), " FROM question WHERE account_id = ?1 AND id = ?2 AND session_hash = ?3");
    FIND_ALLOWED = concat!("SELECT ", columns!(), "
        FROM question
        WHERE account_id = ?1 AND session_hash = ?2 AND application_id = ?3 AND permissions = ?4 AND state = ?5
              AND answer = 'allowed' AND expires_at > ?6
        ORDER BY created_at DESC, id LIMIT 1");
    // A consent is found again by its `state`; a refusal no longer needs it.
    ANSWER = "UPDATE question SET answer = ?3, authorization_id = ?4, sealed_redirect = ?5,
                                  state = CASE WHEN ?3 = 'allowed' THEN state END
              WHERE account_id = ?1 AND id = ?2";
    SWEEP = "DELETE FROM question WHERE (account_id, id) IN
             (SELECT account_id, id FROM question WHERE expires_at <= ?1 LIMIT ?2)";
}

/// A consent request.
#[derive(Debug, Clone)]
pub struct Question {
    /// In the hidden field of the form.
    pub id: QuestionId,
    /// The developer's account.
    pub developer: AccountId,
    pub application: ApplicationId,
    /// The requested permissions.
    pub permissions: PermissionSet,
    /// The query parameter `state`, undecoded.
    pub state: Option<String>,
    /// The callback URL at the time of the request.
    pub callback_url: Option<CallbackUrl>,
    pub expires_at: Instant,
    pub answer: Option<Decision>,
    /// The authorization made by a consent.
    pub authorization: Option<AuthorizationId>,
    /// Where the first answer redirected to, sealed.
    pub sealed_redirect: Option<Vec<u8>>,
}

fn question(row: &Row) -> Result<Question, StoreError> {
    Ok(Question {
        id: row.next()?,
        developer: row.next()?,
        application: row.next()?,
        permissions: row.next()?,
        state: row.next()?,
        callback_url: row.next()?,
        expires_at: row.next()?,
        answer: row.next()?,
        authorization: row.next()?,
        sealed_redirect: row.next()?,
    })
}

/// Adds a consent request of this user and session.
pub fn insert(
    tx: &mut Tx,
    account: &AccountId,
    user: &UserId,
    session_hash: &[u8],
    question: &Question,
    now: Instant,
) -> Result<(), StoreError> {
    tx.run(
        INSERT,
        &[
            account,
            &question.id,
            &session_hash,
            user,
            &question.developer,
            &question.application,
            &question.permissions,
            &question.state,
            &question.callback_url,
            &now,
            &question.expires_at,
        ],
    )?;
    Ok(())
}

/// The consent request with this id in this session.
pub fn find(
    db: &mut Snapshot,
    account: &AccountId,
    id: &QuestionId,
    session_hash: &[u8],
) -> Result<Option<Question>, StoreError> {
    db.one(FIND, &[account, id, &session_hash], question)
}

/// As [`find`], locked until the transaction ends.
pub fn find_locked(
    tx: &mut Tx,
    account: &AccountId,
    id: &QuestionId,
    session_hash: &[u8],
) -> Result<Option<Question>, StoreError> {
    tx.one(FIND_LOCKED, &[account, id, &session_hash], question)
}

/// The latest consented request of this session with the same application, permissions, `state` and callback URL. None
/// without a `state`.
pub fn find_allowed(
    db: &mut Snapshot,
    account: &AccountId,
    session_hash: &[u8],
    like: &Question,
    now: Instant,
) -> Result<Option<Question>, StoreError> {
    let Some(state) = &like.state else { return Ok(None) };
    let same =
        db.one(FIND_ALLOWED, &[account, &session_hash, &like.application, &like.permissions, state, &now], question)?;
    // The developer may have changed the callback URL since.
    Ok(same.filter(|same| same.callback_url == like.callback_url))
}

/// Writes the owner's decision.
pub fn answer(
    tx: &mut Tx,
    account: &AccountId,
    id: &QuestionId,
    decision: Decision,
    authorization: Option<&AuthorizationId>,
    sealed_redirect: Option<&[u8]>,
) -> Result<(), StoreError> {
    tx.run(ANSWER, &[account, id, &decision, &authorization, &sealed_redirect])?;
    Ok(())
}

/// Deletes at most `limit` expired consent requests; how many.
pub fn sweep(tx: &mut Tx, now: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&now, &limit])
}
