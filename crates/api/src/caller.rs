//! Who calls, and what the key must be allowed: in the type.

use crate::error::ApiError;
use crate::keys::{Keys, query_value};
use crate::language;
use crate::response_notes::ResponseNotes;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use slotkeeper_app::App;
use slotkeeper_app::access::{Access, Action};
use slotkeeper_app::authorizations::check::{CheckError, KeyHolder, check};
use slotkeeper_app::call_limit::TooManyCalls;
use slotkeeper_app::in_flight::ListPermit;
use slotkeeper_domain::account::Language;
use std::pin::Pin;

/// What the caller's key was granted, for [`crate::body`]: an answer that was kept for one key is not for another that is
/// allowed less.
#[derive(Clone)]
pub(crate) struct Granted(pub(crate) String);

/// An application that showed both keys, and whose key has the right `R`. There is no other way to get one.
pub struct Caller<R: Action> {
    holder: KeyHolder,
    access: Access<R>,
    language: Language,
}

impl<R: Action> Caller<R> {
    /// The proof that use cases ask for.
    #[must_use]
    pub fn access(&self) -> &Access<R> {
        &self.access
    }

    /// What the key was granted, and in which account.
    #[must_use]
    pub fn holder(&self) -> &KeyHolder {
        &self.holder
    }

    /// Waits for the account's turn to make a list, or another large answer; kept until that is made.
    pub(crate) async fn turn(&self, app: &App) -> ListPermit {
        app.in_flight().turn(&self.access.account().id).await
    }

    /// The language to answer in.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }
}

impl<R: Action> FromRequestParts<App> for Caller<R> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let (holder, language) = identify(parts, app).await?;
        let access = holder.access().ok_or_else(|| no_permission(R::DESCRIPTION))?;
        parts.extensions.insert(Granted(holder.authorization().permissions.to_list()));
        Ok(Self { holder, access, language })
    }
}

type Identified<'a> = Pin<Box<dyn Future<Output = Result<(KeyHolder, Language), ApiError>> + Send + 'a>>;

/// Whose keys they are, and in which language to answer. Boxed, so that it is compiled once and not for each right.
fn identify<'a>(parts: &'a Parts, app: &'a App) -> Identified<'a> {
    Box::pin(async move {
        let (api_key, secret_key) = match Keys::of(parts) {
            Keys { api_key: Some(api_key), secret_key: Some(secret_key) } => (api_key, secret_key),
            Keys { api_key, secret_key } => return Err(missing(api_key.is_none(), secret_key.is_none())),
        };
        let noted = parts.extensions.get::<ResponseNotes>();
        let holder = check(app, &api_key, &secret_key).await.map_err(|error| refused(error, noted))?;
        if let Some(noted) = noted {
            noted.called_by(holder.account().id.clone(), holder.authorization().application.clone());
            if let Some(allowance) = holder.allowance() {
                noted.allowance(allowance);
            }
        }
        let lang = parts.uri.query().and_then(|query| query_value(query, "lang"));
        let language = language::choose(lang.as_deref(), &holder.account().languages)?;
        if let Some(noted) = noted {
            noted.language(language);
        }
        Ok((holder, language))
    })
}

fn refused(error: CheckError, noted: Option<&ResponseNotes>) -> ApiError {
    match error {
        CheckError::Refused => ApiError::wrong_keys(),
        CheckError::TooMany(TooManyCalls { rate, wait }) => {
            let seconds = u64::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX).max(1);
            if let Some(noted) = noted {
                noted.nothing_left(rate, seconds);
            }
            let message = format!("This API key has made too many calls. Wait for {seconds} s.");
            ApiError::new(StatusCode::TOO_MANY_REQUESTS, message).with_retry_after(seconds)
        }
        CheckError::Store(error) => error.into(),
    }
}

fn no_permission(to: &str) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, format!("This API key does not have permission to {to}."))
}

fn missing(api_key: bool, secret_key: bool) -> ApiError {
    let which = match (api_key, secret_key) {
        (true, false) => "The API key is missing.",
        (false, true) => "The secret key is missing.",
        _ => "Both keys are missing.",
    };
    let message = format!(
        "{which} Every call needs two: the API key of the installation (header X-Bookeo-apiKey or parameter apiKey) and the \
         secret key of the application (header X-Bookeo-secretKey or parameter secretKey)."
    );
    ApiError::new(StatusCode::UNAUTHORIZED, message)
}
