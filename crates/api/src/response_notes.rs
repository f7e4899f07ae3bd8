//! What is found out about a call on its way, for the headers of its answer, whichever answer that is.

use crate::language::named;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use slotkeeper_app::call_limit::Allowance;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::call_rate::CallRate;
use slotkeeper_domain::id::{AccountId, ApplicationId};
use std::sync::{Arc, OnceLock};

/// What is known of a call. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct ResponseNotes(Arc<Notes>);

#[derive(Default)]
struct Notes {
    caller: OnceLock<(AccountId, ApplicationId)>,
    language: OnceLock<Language>,
    left: OnceLock<CallsLeft>,
}

/// What a key has left.
#[derive(Clone, Copy)]
struct CallsLeft {
    rate: CallRate,
    remaining: u32,
    /// For `remaining` above 0: until it is as much as ever; else: until there is one more.
    reset_seconds: u64,
}

impl ResponseNotes {
    /// Notes whose call it is: in which account, with which application's key.
    pub(crate) fn called_by(&self, account: AccountId, application: ApplicationId) {
        let _first = self.0.caller.set((account, application));
    }

    /// Whose call it is; nothing where the keys were refused or not looked at.
    pub(crate) fn caller(&self) -> Option<&(AccountId, ApplicationId)> {
        self.0.caller.get()
    }

    /// Notes the language that was chosen.
    pub(crate) fn language(&self, language: Language) {
        // A call has one caller, so nobody else has set it.
        let _first = self.0.language.set(language);
    }

    /// Notes what the key has left.
    pub(crate) fn allowance(&self, Allowance { rate, left }: Allowance) {
        let _first = self.0.left.set(CallsLeft { rate, remaining: left.remaining, reset_seconds: left.reset_seconds });
    }

    /// Notes that the key has nothing left, for so many seconds.
    pub(crate) fn nothing_left(&self, rate: CallRate, seconds: u64) {
        let _first = self.0.left.set(CallsLeft { rate, remaining: 0, reset_seconds: seconds });
    }
}

/// Names the language of every answer in `Content-Language`, and of every answer to a key what it has left in `RateLimit`
/// (the IETF's draft of that name, as of its tenth edition).
pub(crate) async fn note(mut request: Request, next: Next) -> Response {
    let noted = ResponseNotes::default();
    request.extensions_mut().insert(noted.clone());
    let response = next.run(request).await;
    let mut response = named(response, noted.0.language.get().copied().unwrap_or(Language::BRITISH_ENGLISH));
    if let Some(CallsLeft { rate, remaining, reset_seconds }) = noted.0.left.get() {
        let fields = [
            ("ratelimit-policy", format!("\"calls\";q={};w=60", rate.per_minute)),
            ("ratelimit", format!("\"calls\";r={remaining};t={reset_seconds}")),
        ];
        for (name, value) in fields {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
    }
    response
}
