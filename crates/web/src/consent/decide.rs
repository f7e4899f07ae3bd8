//! `POST /consent`: the owner's decision.

use super::done;
use crate::Web;
use crate::error::PageResult;
use crate::form::Form;
use crate::page::{self, RefusalPage};
use crate::session::OwnerPage;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use slotkeeper_app::consent::decide::{DecideError, Outcome, decide as decide_question};
use slotkeeper_domain::consent::Decision;
use slotkeeper_domain::id::QuestionId;

#[derive(Deserialize)]
pub(crate) struct AnswerForm {
    question: String,
    answer: String,
}

pub(crate) async fn decide(
    State(web): State<Web>,
    OwnerPage(owner): OwnerPage,
    Form(form): Form<AnswerForm>,
) -> PageResult {
    let decision = match form.answer.as_str() {
        "allow" => Decision::Allowed,
        "deny" => Decision::Denied,
        _ => return Ok(page::error_page(StatusCode::BAD_REQUEST)),
    };
    let Ok(id) = form.question.parse::<QuestionId>() else { return Ok(page::error_page(StatusCode::BAD_REQUEST)) };
    let refusal = match decide_question(&web.app, &owner, id.clone(), decision).await {
        Ok(Outcome::Redirect(address)) => return Ok(page::see_other(&address)),
        Ok(Outcome::Settled) => return Ok(page::see_other(&done::address(&id))),
        Err(DecideError::Expired) => RefusalPage::new(
            StatusCode::GONE,
            "This question has expired",
            "It could be answered for 15 minutes, in the session it was asked in. Nothing was allowed. Go back to the \
             application and start again.",
        ),
        Err(DecideError::AnsweredOtherwise(Decision::Denied)) => RefusalPage::new(
            StatusCode::CONFLICT,
            "You have denied this",
            "The question was answered before, and the answer stands. If you changed your mind, go back to the \
             application and start again.",
        ),
        Err(DecideError::AnsweredOtherwise(Decision::Allowed)) => RefusalPage::new(
            StatusCode::CONFLICT,
            "You have allowed this",
            "The question was answered before. If you changed your mind, uninstall the application under Applications.",
        ),
        Err(DecideError::EndedSince) => RefusalPage::new(
            StatusCode::CONFLICT,
            "The key was revoked",
            "You allowed it, and the key was revoked since. To allow it again, go back to the application and start again.",
        ),
        Err(DecideError::TooMany) => RefusalPage::new(
            StatusCode::CONFLICT,
            "The account is full",
            "It has as many keys as an account can have. Revoke some that are no longer used under Applications.",
        ),
        Err(DecideError::TooMuchMail(too_many)) => RefusalPage::new(
            StatusCode::TOO_MANY_REQUESTS,
            "The developer gets too many e-mails",
            format!(
                "The key goes to the developer by e-mail, and many went there already. Nothing was allowed. Wait {} and start \
                 again.",
                page::wait_in_words(too_many)
            ),
        ),
        Err(DecideError::Sealed(error)) => {
            tracing::error!(%error, "an answered question could not be opened");
            return Ok(page::error_page(StatusCode::INTERNAL_SERVER_ERROR));
        }
        Err(DecideError::Store(error)) => return Err(error.into()),
    };
    Ok(refusal.seen_by(&owner).into_response())
}
