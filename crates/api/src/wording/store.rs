//! What clients read when the store fails. What went wrong is for the log alone.

use super::Sentence;
use crate::error::{WRONG_KEYS, message_for};
use axum::http::StatusCode;
use slotkeeper_store::StoreError;
use std::borrow::Cow;

impl Sentence for StoreError {
    fn sentence(&self) -> Cow<'static, str> {
        match self {
            Self::Busy | Self::Contended { .. } => {
                "The server is busy; nothing was done. Try again in a moment.".into()
            }
            Self::Moving => {
                "The clock of this business is set by other rules from now on, and its bookings are being moved to them; nothing \
                 was done. Try again in a few seconds."
                    .into()
            }
            Self::KeyEnded => WRONG_KEYS.into(),
            // The connection may have been lost while committing.
            Self::Unavailable { .. } => {
                "The server cannot reach its data. It is not certain whether anything was done: look before you try again."
                    .into()
            }
            Self::Unique { .. }
            | Self::Inconsistent { .. }
            | Self::TooNew { .. }
            | Self::Unrecorded { .. }
            | Self::Misrecorded { .. }
            | Self::Panicked { .. }
            | Self::Location(_)
            | Self::Refused { .. } => message_for(StatusCode::INTERNAL_SERVER_ERROR).into(),
        }
    }
}
