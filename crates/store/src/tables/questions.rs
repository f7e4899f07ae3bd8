//! Questions put to owners on the consent page. Each is bound to the session it was asked in and answered once.

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
    // An agreement is found again by its state; a refusal needs it no more.
    ANSWER = "UPDATE question SET answer = ?3, authorization_id = ?4, sealed_redirect = ?5,
                                  state = CASE WHEN ?3 = 'allowed' THEN state END
              WHERE account_id = ?1 AND id = ?2";
    SWEEP = "DELETE FROM question WHERE (account_id, id) IN
             (SELECT account_id, id FROM question WHERE expires_at <= ?1 LIMIT ?2)";
}

/// A question, as it was asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its id, in the form's hidden field.
    pub id: QuestionId,
    /// The account of the application's developer.
    pub developer: AccountId,
    /// The application that asks.
    pub application: ApplicationId,
    /// What it asks for.
    pub permissions: PermissionSet,
    /// The raw `state`.
    pub state: Option<String>,
    /// Where the answer goes, as it was when the question was asked.
    pub callback_url: Option<CallbackUrl>,
    /// Until when it can be answered.
    pub expires_at: Instant,
    /// The answer, once there is one.
    pub answer: Option<Decision>,
    /// The authorization an agreement made.
    pub authorization: Option<AuthorizationId>,
    /// Where the first press of the button led, sealed.
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

/// Adds a question, asked of this user in this session.
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

/// The question asked in this session.
pub fn find(
    db: &mut Snapshot,
    account: &AccountId,
    id: &QuestionId,
    session_hash: &[u8],
) -> Result<Option<Question>, StoreError> {
    db.one(FIND, &[account, id, &session_hash], question)
}

/// The question asked in this session; nobody else can answer it before this transaction ends.
pub fn find_locked(
    tx: &mut Tx,
    account: &AccountId,
    id: &QuestionId,
    session_hash: &[u8],
) -> Result<Option<Question>, StoreError> {
    tx.one(FIND_LOCKED, &[account, id, &session_hash], question)
}

/// The same question (application, permissions, `state`, callback URL), if it was agreed to in this session a moment
/// ago. Without a `state` no question is the same as another.
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
    Ok(same.filter(|same| same.callback_url == like.callback_url))
}

/// Writes the answer down.
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

/// Tidies away expired questions, at most `limit`; how many there were.
pub fn sweep(tx: &mut Tx, now: Instant, limit: i64) -> Result<u64, StoreError> {
    tx.run(SWEEP, &[&now, &limit])
}
