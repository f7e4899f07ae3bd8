//! Maps PostgreSQL's errors to the store's.

use crate::error::{Code, StoreError};
use std::error::Error as _;
use tokio_postgres::error::{DbError, SqlState};

/// `read_only_sql_transaction`: the server is a standby, or has become one.
const ON_STANDBY: &str = "25006";

/// The store's error. DETAIL is left out, because it quotes rows.
pub(super) fn store_error(error: tokio_postgres::Error) -> StoreError {
    match error.as_db_error() {
        Some(db) => server_error(db),
        None if is_call_error(&error) => {
            StoreError::inconsistent(format!("the driver could not make sense of a call or an answer: {error}"))
        }
        None => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            StoreError::unavailable(format!("{error}{cause}"))
        }
    }
}

/// Whether parameters or columns do not fit, which is a mistake in a statement and not a failure of the connection.
fn is_call_error(error: &tokio_postgres::Error) -> bool {
    // The driver's error kinds are private, but the texts differ in their first words.
    let text = error.to_string();
    ["error serializing parameter", "error deserializing column", "expected ", "invalid column", "query returned"]
        .iter()
        .any(|start| text.starts_with(start))
}

fn server_error(db: &DbError) -> StoreError {
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
    // The message of a data exception (class 22) can quote the value.
    let message = if class == "22" { "a value does not fit".to_owned() } else { db.message().to_owned() };
    match class {
        // Connection, resources, operator intervention (shutdown, timeouts), system errors, invalid credentials,
        // internal errors.
        "08" | "53" | "57" | "58" | "28" | "3D" | "XX" => StoreError::Unavailable { code: Some(code), why: message },
        // Timeouts of an idle transaction, and writes on a standby after a failover.
        "25" if ["25P03", "25P04", ON_STANDBY].contains(&state.code()) => {
            StoreError::Unavailable { code: Some(code), why: message }
        }
        // A standby answers BEGIN … READ WRITE with 0A000, which has many other causes.
        "0A" if message.contains("during recovery") => {
            StoreError::Unavailable { code: Some(Code(ON_STANDBY.to_owned())), why: message }
        }
        _ => StoreError::Refused { code, message },
    }
}

/// A conflict with another transaction, which running the unit again resolves.
fn is_contention(state: &SqlState) -> bool {
    *state == SqlState::T_R_SERIALIZATION_FAILURE || *state == SqlState::T_R_DEADLOCK_DETECTED
}

/// Whether to run the unit again.
pub(super) fn is_retryable(error: &StoreError) -> bool {
    error.is_drawn_id_taken()
        || matches!(error, StoreError::Contended { code } if ["40001", "40P01"].contains(&code.as_str()))
}

/// In a unit that only reads, the error of a standby means that the unit tried to write.
pub(super) fn read_only_violation(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable { code: Some(code), why } if code.as_str() == ON_STANDBY => {
            StoreError::Refused { code, message: why }
        }
        error => error,
    }
}

/// Whether the connection cannot be used after this error.
pub(super) fn is_connection_lost(error: &StoreError) -> bool {
    match error {
        StoreError::Unavailable { code: Some(code), .. } => {
            code.as_str().starts_with("08")
                || ["57P01", "57P02", "57P03", "57P05", "25P03", "25P04", ON_STANDBY].contains(&code.as_str())
        }
        StoreError::Unavailable { code: None, .. } => true,
        _ => false,
    }
}
