//! The routes of all pages and the middleware around them.

use crate::{
    Web, backoffice, calendar_file, consent, demo, developer, docs, entry, installation, landing, page, protect,
    static_files,
};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;

/// Largest form, in bytes.
const LARGEST_FORM: usize = 64 * 1024;

/// The router for everything except the API.
pub fn router(web: Web) -> Router {
    let mut pages = Router::new()
        .route("/", get(landing::show))
        .route("/docs", get(docs::show))
        .route("/consent", post(consent::decide::decide))
        .route("/consent/done/{question}", get(consent::done::show))
        // Entry: for visitors who are not signed in.
        .route("/sign-in", get(entry::sign_in::show).post(entry::sign_in::sign_in))
        .route("/sign-out", post(entry::sign_out::sign_out))
        .route("/sign-up", get(entry::sign_up::show))
        .route("/sign-up/business", get(entry::sign_up_business::show).post(entry::sign_up_business::sign_up))
        .route("/sign-up/developer", get(entry::sign_up_developer::show).post(entry::sign_up_developer::sign_up))
        .route("/forgot-password", get(entry::forgot_password::show).post(entry::forgot_password::send))
        .route("/choose-password/{token}", get(entry::choose_password::show).post(entry::choose_password::choose))
        .route(
            "/decline-invitation/{token}",
            get(entry::decline_invitation::show).post(entry::decline_invitation::decline),
        )
        .route("/confirm-email/{token}", get(entry::confirm_email::show).post(entry::confirm_email::confirm))
        .route("/confirm-email", post(entry::confirm_email::send_again))
        // Developer accounts.
        .route("/developer", get(developer::home::show))
        .route("/developer/applications", get(developer::register::show).post(developer::register::register))
        .route("/developer/applications/{id}", get(developer::application::show))
        .route("/developer/applications/{id}/description", post(developer::application::set_description))
        .route("/developer/applications/{id}/callback", post(developer::application::set_callback_url))
        .route("/developer/applications/{id}/secret", post(developer::secret::replace))
        .route("/developer/applications/{id}/signing-key", post(developer::webhooks::signing_key))
        .route("/developer/applications/{id}/webhooks", get(developer::webhooks::list))
        .route("/developer/applications/{id}/webhooks/{account}/{webhook}", get(developer::webhooks::deliveries))
        .route(
            "/developer/applications/{id}/webhooks/{account}/{webhook}/deliveries/{number}",
            get(developer::webhooks::delivery),
        )
        .route("/developer/applications/{id}/webhooks/{account}/{webhook}/again", post(developer::webhooks::again))
        .route("/developer/applications/{id}/webhooks/{account}/{webhook}/test", post(developer::webhooks::test))
        .route(
            "/developer/applications/{id}/authorizations/{account}/{authorization}/end",
            get(developer::end_authorization::ask).post(developer::end_authorization::end),
        )
        // The back office of a business or a portal.
        .route("/backoffice", get(backoffice::home::show))
        .route("/backoffice/applications", get(backoffice::applications::show))
        .route(
            "/backoffice/applications/{id}/uninstall",
            get(backoffice::uninstall::ask).post(backoffice::uninstall::uninstall),
        )
        .route("/backoffice/authorizations/{id}/end", get(backoffice::end_key::ask).post(backoffice::end_key::end))
        .route("/backoffice/subaccounts", get(backoffice::subaccounts::show))
        .route(
            "/backoffice/business-profile",
            get(backoffice::business_profile::show).post(backoffice::business_profile::update),
        )
        .route("/backoffice/calendars", get(backoffice::calendars::show))
        .route(
            "/backoffice/calendars/own",
            get(backoffice::calendars::ask_replace_own).post(backoffice::calendars::make_own),
        )
        .route(
            "/backoffice/calendars/own/end",
            get(backoffice::calendars::ask_end_own).post(backoffice::calendars::end_own),
        )
        .route(
            "/backoffice/calendars/resources/{id}",
            get(backoffice::calendars::ask_replace_of_resource).post(backoffice::calendars::make_of_resource),
        )
        .route(
            "/backoffice/calendars/resources/{id}/end",
            get(backoffice::calendars::ask_end_of_resource).post(backoffice::calendars::end_of_resource),
        )
        // Calendar programs send no cookie: the token in the address is the credential.
        .route("/calendars/{file}", get(calendar_file::show))
        .route("/backoffice/emails", get(backoffice::emails::show))
        .route("/backoffice/follow-ups", get(backoffice::follow_ups::show).post(backoffice::follow_ups::save))
        .route("/backoffice/emails/{id}/again", post(backoffice::emails::again))
        .route("/backoffice/email-templates", get(backoffice::email_templates::list))
        .route(
            "/backoffice/email-templates/{kind}/{language}",
            get(backoffice::email_templates::show).post(backoffice::email_templates::save),
        )
        .route(
            "/backoffice/email-templates/{kind}/{language}/preview",
            get(backoffice::email_templates::preview).post(backoffice::email_templates::preview_unsaved),
        )
        .route("/backoffice/email-templates/{kind}/{language}/reset", post(backoffice::email_templates::reset))
        .route("/backoffice/team", get(backoffice::team::show).post(backoffice::team::invite))
        .route("/backoffice/team/{id}/remove", get(backoffice::team::ask_remove).post(backoffice::team::remove));
    if web.demo {
        pages = pages
            .route("/demo/inbox", get(demo::inbox::list))
            .route("/demo/inbox/{account}/{id}", get(demo::inbox::show))
            .route("/demo/inbox/{account}/{id}/html", get(demo::inbox::html))
            .route("/demo/inbox/{account}/{id}/calendar", get(demo::inbox::calendar))
            .layer(middleware::from_fn(protect::refuse_foreign_hosts));
    }
    pages
        .fallback(|| async { page::error_page(StatusCode::NOT_FOUND) })
        .method_not_allowed_fallback(|| async { page::error_page(StatusCode::METHOD_NOT_ALLOWED) })
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(middleware::from_fn_with_state(web.clone(), protect::refuse_foreign_forms))
        .layer(middleware::from_fn_with_state(web.clone(), page::frame))
        .layer(middleware::from_fn(protect::add_headers))
        // Static files are outside of the layers above: they are the same for every visitor and may be cached.
        .route(
            "/static/{file}",
            get(static_files::serve).fallback(|| async { crate::refuse(StatusCode::METHOD_NOT_ALLOWED) }),
        )
        .layer(middleware::from_fn_with_state(web.clone(), installation::provide))
        .layer(CompressionLayer::new())
        .with_state(web)
}
