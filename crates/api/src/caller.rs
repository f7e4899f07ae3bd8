//! Who calls, and what the key must be allowed: in the type.

use crate::error::ApiError;
use crate::keys::{Keys, query_value};
use crate::language::{self, Chosen};
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use slotkeeper_app::App;
use slotkeeper_app::authorizations::check::{CheckError, KeyHolder, check};
use slotkeeper_domain::account::Language;
use slotkeeper_domain::permission::Permission;
use std::marker::PhantomData;

/// What a key must be allowed to call an operation.
pub trait Need: Send + Sync + 'static {
    /// One of these permissions is enough; with none listed, any key will do.
    const ANY_OF: &'static [Permission];
    /// What the operation does, to go on after “does not have permission to”.
    const TO: &'static str;
}

/// Any valid pair of keys (wire reference, section 3.7).
pub struct AnyKey;

impl Need for AnyKey {
    const ANY_OF: &'static [Permission] = &[];
    const TO: &'static str = "use the API";
}

/// An application that showed both keys, and whose key has what `N` needs. There is no other way to get one.
pub struct Caller<N: Need> {
    holder: KeyHolder,
    language: Language,
    need: PhantomData<N>,
}

impl<N: Need> Caller<N> {
    /// What the key was granted, and in which account.
    #[must_use]
    pub fn holder(&self) -> &KeyHolder {
        &self.holder
    }

    /// The language to answer in.
    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }
}

impl<N: Need> FromRequestParts<App> for Caller<N> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let Keys { api_key: Some(api_key), secret_key: Some(secret_key) } = Keys::of(parts) else {
            return Err(ApiError::new(
                StatusCode::UNAUTHORIZED,
                "Every call needs two keys: the API key of the installation (header X-Bookeo-apiKey or parameter apiKey) \
                 and the secret key of the application (X-Bookeo-secretKey or secretKey).",
            ));
        };
        let holder = check(app, &api_key, &secret_key).await.map_err(|error| match error {
            CheckError::Refused => ApiError::new(
                StatusCode::UNAUTHORIZED,
                "These keys do not work: one of them is wrong or was revoked, or the two do not belong together.",
            ),
            CheckError::Store(error) => error.into(),
        })?;
        let lang = parts.uri.query().and_then(|query| query_value(query, "lang"));
        let language = language::choose(lang.as_deref(), &holder.account.languages)?;
        if let Some(chosen) = parts.extensions.get::<Chosen>() {
            chosen.set(language);
        }
        let granted = &holder.authorization.permissions;
        if !N::ANY_OF.is_empty() && !N::ANY_OF.iter().any(|permission| granted.allows(*permission)) {
            let message = format!("This API key does not have permission to {}.", N::TO);
            return Err(ApiError::new(StatusCode::FORBIDDEN, message));
        }
        Ok(Self { holder, language, need: PhantomData })
    }
}
