//! Forms: reading them, and saying what is wrong with them, field by field.

use crate::page;
use crate::wording::Sentence;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::str::FromStr;

/// A form as it was sent: pairs of names and values, read into `T`.
pub(crate) struct Form<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| page::error_page(rejection.into_response().status()))?;
        // The character U+0000 stands in no text that anybody types, and PostgreSQL cannot keep it.
        if bytes.contains(&0) || bytes.windows(3).any(|escape| escape == b"%00") {
            return Err(page::error_page(StatusCode::BAD_REQUEST));
        }
        serde_urlencoded::from_bytes(&bytes).map(Self).map_err(|_| page::error_page(StatusCode::BAD_REQUEST))
    }
}

/// What is wrong with a form: name of the field (empty: the form as a whole) and a sentence.
#[derive(Default)]
pub(crate) struct Errors(Vec<(&'static str, String)>);

impl Errors {
    pub(crate) fn one(field: &'static str, message: impl Display) -> Self {
        Self(vec![(field, message.to_string())])
    }

    pub(crate) fn add(&mut self, field: &'static str, message: impl Display) {
        self.0.push((field, message.to_string()));
    }

    /// Reads a field; what is wrong with it is noted.
    pub(crate) fn read<T: FromStr<Err: Sentence>>(&mut self, field: &'static str, text: &str) -> Option<T> {
        text.parse().map_err(|problem: T::Err| self.add(field, problem.sentence())).ok()
    }

    /// Reads a field that must not be empty. What is missing is for the caller to say: a form can have several names, and
    /// in the summary above it nothing else tells which one is meant.
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

    /// Reads a field that offers choices.
    pub(crate) fn choose<T: FromStr>(&mut self, field: &'static str, text: &str, missing: &str) -> Option<T> {
        text.parse().map_err(|_| self.add(field, missing)).ok()
    }

    /// What is wrong with one field; empty when nothing is.
    pub(crate) fn of(&self, field: &str) -> &str {
        self.0.iter().find(|(name, _)| *name == field).map_or("", |(_, message)| message)
    }

    /// The status of the page that shows the form.
    pub(crate) fn status(&self) -> StatusCode {
        if self.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }

    /// Everything, for the summary.
    pub(crate) fn list(&self) -> &[(&'static str, String)] {
        &self.0
    }
}

/// A line of text that may be left empty. Trimmed; cut characters no line has.
pub(crate) fn optional(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
