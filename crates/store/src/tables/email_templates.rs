//! A business's own templates of its e-mails.

use crate::{Row, Snapshot, StoreError, Tx, statements};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Instant;

statements! {
    FIND = "SELECT subject, body FROM letter_text WHERE account_id = ?1 AND letter = ?2 AND language = ?3";
    PUT = "INSERT INTO letter_text (account_id, letter, language, subject, body, changed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
           ON CONFLICT (account_id, letter, language)
           DO UPDATE SET subject = excluded.subject, body = excluded.body, changed_at = excluded.changed_at";
    REMOVE = "DELETE FROM letter_text WHERE account_id = ?1 AND letter = ?2 AND language = ?3";
    LIST = "SELECT letter, language, changed_at FROM letter_text WHERE account_id = ?1 ORDER BY letter, language LIMIT ?2";
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTemplate {
    pub subject: String,
    pub body: String,
}

/// The business's template for a kind of e-mail, by its word, in a language.
pub fn find(
    db: &mut Snapshot,
    account: &AccountId,
    email: &str,
    language: &str,
) -> Result<Option<StoredTemplate>, StoreError> {
    db.one(FIND, &[account, &email, &language], |row| Ok(StoredTemplate { subject: row.next()?, body: row.next()? }))
}

/// Adds or overwrites a template.
pub fn put(
    tx: &mut Tx,
    account: &AccountId,
    (email, language): (&str, &str),
    text: &StoredTemplate,
    now: Instant,
) -> Result<(), StoreError> {
    tx.run(PUT, &[account, &email, &language, &text.subject, &text.body, &now])?;
    Ok(())
}

/// Removes a template; whether there was one.
pub fn remove(tx: &mut Tx, account: &AccountId, email: &str, language: &str) -> Result<bool, StoreError> {
    Ok(tx.run(REMOVE, &[account, &email, &language])? > 0)
}

/// At most `limit` templates of the business: kind of e-mail, language, time of the last change.
pub fn list(db: &mut Snapshot, account: &AccountId, limit: i64) -> Result<Vec<(String, String, Instant)>, StoreError> {
    db.all(LIST, &[account, &limit], |row: &Row| Ok((row.next()?, row.next()?, row.next()?)))
}
