//! Tables for tests, with functions like those of a module of `tables/`.

use crate::migration::Migration;
use crate::sql::statements;
use crate::{Snapshot, Store, StoreError, Tx};
use slotkeeper_domain::change::{Actor, Change, Kind, Thing};
use slotkeeper_domain::id::AccountId;
use slotkeeper_domain::time::Instant;

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "accounts",
        sql: "CREATE TABLE account (id TEXT NOT NULL PRIMARY KEY, change_count BIGINT NOT NULL DEFAULT 0,
                                    changed_until BIGINT NOT NULL DEFAULT 0);
              CREATE TABLE change (
                  account_id TEXT NOT NULL REFERENCES account (id), number BIGINT NOT NULL, at BIGINT NOT NULL,
                  actor_kind TEXT NOT NULL, actor_account_id TEXT, actor_id TEXT, thing TEXT NOT NULL, thing_id TEXT NOT NULL,
                  kind TEXT NOT NULL, creator_id TEXT, PRIMARY KEY (account_id, number));
              CREATE TABLE listed_before (account_id TEXT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL);",
        ..Migration::EMPTY
    },
    Migration {
        version: 2,
        name: "counters",
        sql: "CREATE TABLE counter (name TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL);
              CREATE TABLE thing (a TEXT NOT NULL, b TEXT NOT NULL, c BOOLEAN, d BLOB, UNIQUE (a, b));
              CREATE TABLE booking (number TEXT NOT NULL PRIMARY KEY);
              CREATE UNIQUE INDEX thing_by_d ON thing (d, a);
              CREATE UNIQUE INDEX thing_by_case ON thing (lower(b)) WHERE c;",
        ..Migration::EMPTY
    },
];

statements! {
    ADD_ACCOUNT = "INSERT INTO account (id) VALUES (?1)";
    CHANGES = "SELECT number, thing_id FROM change WHERE account_id = ?1 ORDER BY number";
    TIMES = "SELECT number, at FROM change WHERE account_id = ?1 ORDER BY number";
    CHANGE_COUNT = "SELECT change_count FROM account WHERE id = ?1";
    ADD = "INSERT INTO counter (name, n) VALUES (?1, ?2)";
    GET = "SELECT n FROM counter WHERE name = ?1";
    LOCK = "SELECT n FROM counter WHERE name = ?1 {FOR UPDATE}";
    SET = "UPDATE counter SET n = ?2 WHERE name = ?1";
    NAMES = "SELECT name FROM counter ORDER BY name";
}

pub(super) fn account(number: u32) -> AccountId {
    format!("ACC{number:07}").parse().expect("an id")
}

pub(super) fn change(account: &AccountId, thing: &str) -> Change {
    Change {
        account: account.clone(),
        at: Instant::from_millis(1_786_727_007_123),
        actor: Actor::System,
        thing: Thing::User,
        thing_id: thing.to_owned(),
        creator: None,
        kind: Kind::Created,
    }
}

pub(super) async fn with_accounts(store: &Store, count: u32) {
    let added = store.write_unlogged(move |tx| {
        for number in 0..count {
            tx.run(ADD_ACCOUNT, &[&account(number)])?;
        }
        Ok::<_, StoreError>(())
    });
    added.await.expect("accounts");
}

pub(super) fn add(tx: &mut Tx, name: &str, n: i64) -> Result<(), StoreError> {
    tx.run(ADD, &[&name, &n]).map(drop)
}

pub(super) fn get(db: &mut Snapshot, name: &str) -> Result<Option<i64>, StoreError> {
    db.one(GET, &[&name], |row| row.next())
}

pub(super) fn lock(db: &mut Snapshot, name: &str) -> Result<i64, StoreError> {
    Ok(db.one(LOCK, &[&name], |row| row.next())?.unwrap_or(0))
}

pub(super) fn set(tx: &mut Tx, name: &str, n: i64) -> Result<(), StoreError> {
    tx.run(SET, &[&name, &n]).map(drop)
}

pub(super) async fn names(store: &Store) -> Vec<String> {
    store.read(|db| db.all(NAMES, &[], |row| row.next::<String>())).await.expect("names")
}

/// The change numbers of an account, and its `change_count`.
pub(super) async fn log(store: &Store, account: AccountId) -> (Vec<(i64, String)>, i64) {
    let read = store.read(move |db| {
        let changes = db.all(CHANGES, &[&account], |row| Ok((row.next()?, row.next()?)))?;
        let count = db.one(CHANGE_COUNT, &[&account], |row| row.next())?.unwrap_or(-1);
        Ok::<_, StoreError>((changes, count))
    });
    read.await.expect("a log")
}

/// The change numbers of an account, with their times.
pub(super) async fn times(store: &Store, account: AccountId) -> Vec<(i64, Instant)> {
    let read = store.read(move |db| db.all(TIMES, &[&account], |row| Ok((row.next()?, row.next()?))));
    read.await.expect("a log")
}
