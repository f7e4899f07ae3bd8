//! `GET /customers/{id}/authenticate`: check the password of a customer.

use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::Id;
use crate::query::{Query, Required};
use axum::extract::State;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::App;
use slotkeeper_app::customers::authenticate::{AuthenticateError, authenticate as check};
use slotkeeper_app::customers::rights::ReadCustomers;
use slotkeeper_app::passwords::PasswordError;
use slotkeeper_domain::id::CustomerId;
use slotkeeper_domain::secret::Password;

crate::parameters! {
    /// What is to be checked.
    pub(crate) struct Authenticate {
        /// The password as the customer typed it.
        password: Required<Password> = "password",
    }
}

/// A right password is answered with nothing (wire reference, section 9).
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Authenticated {}

/// Whether it is the customer's password.
pub(crate) async fn authenticate(
    caller: Caller<ReadCustomers>,
    State(app): State<App>,
    Id(id): Id<CustomerId>,
    Query(Authenticate { password: Required(password) }): Query<Authenticate>,
) -> Result<OkJson<Authenticated>, ApiError> {
    let application = &caller.holder().authorization().application;
    match check(&app, caller.access(), application, id, password).await {
        Ok(()) => Ok(OkJson(Authenticated {})),
        Err(error) => Err(error.into()),
    }
}

impl From<AuthenticateError> for ApiError {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::NoCustomer => Self::absent::<CustomerId>(),
            AuthenticateError::Wrong => Self::forbidden("The password does not match."),
            AuthenticateError::TooMany(too_many) => {
                let seconds = too_many.wait.as_secs().saturating_add(1);
                let message = format!("Too many passwords were tried. Wait {seconds} seconds.");
                Self::new(StatusCode::TOO_MANY_REQUESTS, message).with_retry_after(seconds)
            }
            AuthenticateError::Password(PasswordError::Busy) => {
                let message = "Too many passwords wait to be checked. Try again in a moment.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, message).with_retry_after(1)
            }
            AuthenticateError::Password(PasswordError::Failed) => {
                tracing::error!("a password could not be checked");
                Self::internal()
            }
            AuthenticateError::Store(error) => error.into(),
        }
    }
}
