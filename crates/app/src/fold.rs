//! Has searches find what an earlier version of the program wrote: it compared names as they were typed. Done once for a
//! database, a piece at a time, beside everything else; how far it has come is a fact of the database.

use crate::App;
use slotkeeper_store::tables::{customers, payments, server_facts};
use slotkeeper_store::{StoreError, Tx};

/// What is done to some rows of a table; the account and the id of the last of them.
type Step = fn(&mut Tx, (&str, &str), i64) -> Result<Option<(String, String)>, StoreError>;

/// The names of customers, and of the other ways to pay. Each with the name of its fact: the last row that was looked at, as
/// account and id with a space between them, or [`DONE`].
const STEPS: [(&str, Step); 2] =
    [("folded-customers", customers::fold_some), ("composed-payments", payments::compose_some)];

/// What a fact says when there are no more.
const DONE: &[u8] = b"done";

/// How many rows are looked at in one transaction.
const PIECE: i64 = 200;

/// Looks at some rows; whether there may be more.
pub async fn fold_some(app: &App) -> Result<bool, StoreError> {
    for (fact, step) in STEPS {
        let known = app.store().read(move |db| server_facts::find(db, fact)).await?;
        if known.is_none_or(|known| known != DONE) {
            app.store().write_unlogged(move |tx| piece(tx, fact, step)).await?;
            return Ok(true);
        }
    }
    Ok(false)
}

fn piece(tx: &mut Tx, fact: &str, step: Step) -> Result<(), StoreError> {
    let known = server_facts::find(tx, fact)?.unwrap_or_default();
    let known = String::from_utf8(known).unwrap_or_default();
    let last = step(tx, known.split_once(' ').unwrap_or_default(), PIECE)?;
    let now = last.map_or(DONE.to_vec(), |(account, id)| format!("{account} {id}").into_bytes());
    server_facts::put(tx, fact, &now)
}
