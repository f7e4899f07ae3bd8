//! `GET /settings/business`: what the business says of itself.

use crate::caller::Caller;
use crate::error::ApiError;
use crate::wire::{Image, PhoneNumber, StreetAddress};
use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::App;
use slotkeeper_app::access::AnyKey;
use slotkeeper_app::accounts::details;
use slotkeeper_domain::account::{ContactDetails, PhoneKind};
use slotkeeper_store::tables::accounts::Account;

/// What the business says of itself (wire reference, section 4.2).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Business {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    legal_identifiers: Option<String>,
    phone_numbers: Vec<PhoneNumber>,
    #[serde(rename = "websiteURL", skip_serializing_if = "Option::is_none")]
    website_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_address: Option<String>,
    street_address: StreetAddress,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<Image>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

/// The account's name, addresses and numbers.
pub(crate) async fn show(caller: Caller<AnyKey>, State(app): State<App>) -> Result<Json<Business>, ApiError> {
    let contact = details::of_key(&app, caller.access()).await?;
    Ok(Json(business(caller.access().account(), contact)))
}

fn business(account: &Account, contact: ContactDetails) -> Business {
    let kind = contact.phone_kind.unwrap_or(PhoneKind::Work);
    let street_address = StreetAddress::of_business(&contact, account.country);
    Business {
        id: account.id.to_string(),
        name: account.name.to_string(),
        legal_identifiers: contact.legal_identifiers,
        phone_numbers: contact.phone_number.map(|number| PhoneNumber { number, kind }).into_iter().collect(),
        website_url: contact.website_url,
        email_address: contact.email_address,
        street_address,
        logo: contact.logo_url.map(|url| Image { url }),
        description: contact.description.as_deref().map(to_html),
    }
}

/// Plain text as HTML, a paragraph for each block of lines: the wire's description is HTML.
fn to_html(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "");
    let paragraphs = escaped.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    paragraphs.map(|paragraph| format!("<p>{}</p>", paragraph.replace('\n', "<br>"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_becomes_paragraphs_and_no_markup() {
        assert_eq!(
            to_html("Since 2009.\r\nBoats & <b>more</b>\n\n\nCome!"),
            "<p>Since 2009.<br>Boats &amp; &lt;b&gt;more&lt;/b&gt;</p><p>Come!</p>"
        );
    }
}
