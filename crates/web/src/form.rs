//! Reading forms, and collecting mistakes field by field.

use crate::page;
use crate::wording::Sentence;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::str::FromStr;

/// A form, deserialised into `T`.
pub(crate) struct Form<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| page::error_page(rejection.into_response().status()))?;
        // No text field can hold U+0000, and PostgreSQL cannot store it.
        if bytes.contains(&0) || bytes.windows(3).any(|escape| escape == b"%00") {
            return Err(page::error_page(StatusCode::BAD_REQUEST));
        }
        serde_urlencoded::from_bytes(&bytes).map(Self).map_err(|_| page::error_page(StatusCode::BAD_REQUEST))
    }
}

/// The mistakes in a form: the name of the field (empty for the form as a whole) and a sentence.
#[derive(Default)]
pub(crate) struct Errors(Vec<(&'static str, String)>);

impl Errors {
    pub(crate) fn one(field: &'static str, message: impl Display) -> Self {
        Self(vec![(field, message.to_string())])
    }

    pub(crate) fn add(&mut self, field: &'static str, message: impl Display) {
        self.0.push((field, message.to_string()));
    }

    /// Parses a field; a mistake is added.
    pub(crate) fn read<T: FromStr<Err: Sentence>>(&mut self, field: &'static str, text: &str) -> Option<T> {
        text.parse().map_err(|problem: T::Err| self.add(field, problem.sentence())).ok()
    }

    /// Parses a required field. `missing` names the field, because the summary above the form shows the sentence
    /// alone.
    pub(crate) fn require<T: FromStr<Err: Sentence>>(
        &mut self,
        field: &'static str,
        text: &str,
        missing: &str,
    ) -> Option<T> {
        if text.trim().is_empty() {
            self.add(field, missing);
            return None;
        }
        self.read(field, text)
    }

    /// Parses a field that offers choices. Anything else gets the sentence `missing`.
    pub(crate) fn choose<T: FromStr>(&mut self, field: &'static str, text: &str, missing: &str) -> Option<T> {
        text.parse().map_err(|_| self.add(field, missing)).ok()
    }

    /// The first mistake of one field; empty if there is none.
    pub(crate) fn of(&self, field: &str) -> &str {
        self.0.iter().find(|(name, _)| *name == field).map_or("", |(_, message)| message)
    }

    /// 422 if there are mistakes, 200 otherwise.
    pub(crate) fn status(&self) -> StatusCode {
        if self.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }

    /// All mistakes, for the summary.
    pub(crate) fn list(&self) -> &[(&'static str, String)] {
        &self.0
    }
}

/// The trimmed text of an optional field, or `None` if it is empty.
pub(crate) fn optional(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
