//! PostgreSQL's errors in the store's words.

use crate::error::{Code, StoreError};
use std::error::Error as _;
use tokio_postgres::error::{DbError, SqlState};

/// `read_only_sql_transaction`: the server is a standby, or was made one.
const ON_STANDBY: &str = "25006";

/// What the store says about it. DETAIL is left out, because it quotes rows.
pub(super) fn store_error(error: tokio_postgres::Error) -> StoreError {
    match error.as_db_error() {
        Some(db) => said_by_the_server(db),
        None if is_call_error(&error) => {
            StoreError::inconsistent(format!("the driver could not make sense of a call or an answer: {error}"))
        }
        None => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            StoreError::unavailable(format!("{error}{cause}"))
        }
    }
}

/// Parameters and columns that do not fit: mistakes in a statement, and no trouble of the connection.
fn is_call_error(error: &tokio_postgres::Error) -> bool {
    // The driver keeps its kinds to itself, but each has a first word of its own.
    let text = error.to_string();
    ["error serializing parameter", "error deserializing column", "expected ", "invalid column", "query returned"]
        .iter()
        .any(|start| text.starts_with(start))
}

fn said_by_the_server(db: &DbError) -> StoreError {
    let state = db.code();
    let code = Code(state.code().to_owned());
    let class = state.code().get(..2).unwrap_or_default();
    if *state == SqlState::UNIQUE_VIOLATION {
        let constraint = db.constraint().unwrap_or_default().to_owned();
        return StoreError::Unique { constraint };
    }
    if is_contention(state) || *state == SqlState::LOCK_NOT_AVAILABLE {
        return StoreError::Contended { code };
    }
    // The message of a data exception can quote the value.
    let message = if class == "22" { "a value does not fit".to_owned() } else { db.message().to_owned() };
    match class {
        // Connection, resources, operator intervention (shutdown, timeouts), system errors, a wrong password.
        "08" | "53" | "57" | "58" | "28" | "3D" | "XX" => StoreError::Unavailable { code: Some(code), why: message },
        // Timeouts between statements, and writing on a standby, which a failover leaves behind.
        "25" if ["25P03", "25P04", ON_STANDBY].contains(&state.code()) => {
            StoreError::Unavailable { code: Some(code), why: message }
        }
        // So a standby answers BEGIN … READ WRITE, with a code that stands for much else.
        "0A" if message.contains("during recovery") => {
            StoreError::Unavailable { code: Some(Code(ON_STANDBY.to_owned())), why: message }
        }
        _ => StoreError::Refused { code, message },
    }
}

/// The unit met another one; run again, it will go well.
fn is_contention(state: &SqlState) -> bool {
    *state == SqlState::T_R_SERIALIZATION_FAILURE || *state == SqlState::T_R_DEADLOCK_DETECTED
}

/// Whether running the unit again is the remedy.
pub(super) fn is_worth_repeating(error: &StoreError) -> bool {
    error.is_drawn_id_taken()
        || matches!(error, StoreError::Contended { code } if ["40001", "40P01"].contains(&code.as_str()))
}

/// What a unit that only reads is told where one that writes would have met a standby.
pub(super) fn its_own_mistake(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable { code: Some(code), why } if code.as_str() == ON_STANDBY => {
            StoreError::Refused { code, message: why }
        }
        error => error,
    }
}

/// Whether the server has told that it ends the connection.
pub(super) fn is_farewell(error: &StoreError) -> bool {
    match error {
        StoreError::Unavailable { code: Some(code), .. } => {
            code.as_str().starts_with("08")
                || ["57P01", "57P02", "57P03", "57P05", "25P03", "25P04", ON_STANDBY].contains(&code.as_str())
        }
        StoreError::Unavailable { code: None, .. } => true,
        _ => false,
    }
}
