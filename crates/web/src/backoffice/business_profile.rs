//! `/backoffice/business-profile`: name, contact and description of the business.

use crate::Web;
use crate::error::PageResult;
use crate::extract::Query;
use crate::form::{Errors, Form, optional};
use crate::page::{self, FlashQuery, Layout};
use crate::session::OwnerPage;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use slotkeeper_app::accounts::details;
use slotkeeper_domain::account::{ContactDetails, PhoneKind};
use slotkeeper_domain::email_address::EmailAddress;

#[derive(Template)]
#[template(path = "backoffice/business_profile.html")]
struct BusinessProfilePage<'a> {
    layout: Layout,
    form: &'a BusinessProfileForm,
    errors: Errors,
    phone_kinds: [(&'static str, &'static str); 4],
}

const PHONE_KINDS: [(&str, &str); 4] = [("work", "Work"), ("mobile", "Mobile"), ("home", "Home"), ("fax", "Fax")];

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct BusinessProfileForm {
    name: String,
    email_address: String,
    phone_number: String,
    phone_kind: String,
    website_url: String,
    logo_url: String,
    legal_identifiers: String,
    address1: String,
    address2: String,
    city: String,
    state: String,
    postcode: String,
    description: String,
}

impl BusinessProfileForm {
    fn of(name: &str, contact: ContactDetails) -> Self {
        let text = Option::unwrap_or_default;
        Self {
            name: name.to_owned(),
            email_address: text(contact.email_address),
            phone_number: text(contact.phone_number),
            phone_kind: contact.phone_kind.unwrap_or(PhoneKind::Work).as_str().to_owned(),
            website_url: text(contact.website_url),
            logo_url: text(contact.logo_url),
            legal_identifiers: text(contact.legal_identifiers),
            address1: text(contact.address1),
            address2: text(contact.address2),
            city: text(contact.city),
            state: text(contact.state),
            postcode: text(contact.postcode),
            description: text(contact.description),
        }
    }

    fn contact(&self, errors: &mut Errors) -> ContactDetails {
        let mut line = |field: &'static str, label: &str, text: &str, most: usize| {
            let value = optional(text);
            if value.as_ref().is_some_and(|value| value.chars().count() > most) {
                errors.add(field, format!("{label} can have {most} characters at most."));
            }
            let is_odd =
                |character: char| character.is_control() && !(field == "description" && "\r\n".contains(character));
            if value.as_ref().is_some_and(|value| value.chars().any(is_odd)) {
                errors.add(field, format!("{label} has characters that cannot be shown."));
            }
            value
        };
        let contact = ContactDetails {
            email_address: line("email_address", "The e-mail address", &self.email_address, 254),
            phone_number: line("phone_number", "The phone number", &self.phone_number, 40),
            phone_kind: None,
            website_url: line("website_url", "The website", &self.website_url, 500),
            logo_url: line("logo_url", "The address of the logo", &self.logo_url, 500),
            legal_identifiers: line("legal_identifiers", "The line of legal identifiers", &self.legal_identifiers, 200),
            address1: line("address1", "The address", &self.address1, 200),
            address2: line("address2", "The second line of the address", &self.address2, 200),
            city: line("city", "The city", &self.city, 100),
            state: line("state", "The state or region", &self.state, 100),
            postcode: line("postcode", "The postcode", &self.postcode, 20),
            description: line("description", "The description", &self.description, 5_000),
        };
        if let Some(address) = &contact.email_address {
            errors.read::<EmailAddress>("email_address", address);
        }
        for (field, url) in [("website_url", &contact.website_url), ("logo_url", &contact.logo_url)] {
            if url.as_ref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
                errors.add(field, "Write the whole address, starting with https://");
            }
        }
        let phone_kind = contact
            .phone_number
            .as_ref()
            .and_then(|_| errors.choose("phone_kind", &self.phone_kind, "Choose a phone type."));
        ContactDetails { phone_kind, ..contact }
    }
}

pub(crate) async fn show(
    State(web): State<Web>,
    OwnerPage(owner): OwnerPage,
    Query(query): Query<FlashQuery>,
) -> PageResult {
    let contact = details::read(&web.app, &owner.as_colleague()).await?;
    Ok(page::show(&BusinessProfilePage {
        layout: Layout::of(&owner, "/backoffice/business-profile").narrowed().with_flash(query.notice.as_deref()),
        form: &BusinessProfileForm::of(owner.account.name.as_str(), contact),
        errors: Errors::default(),
        phone_kinds: PHONE_KINDS,
    }))
}

pub(crate) async fn update(
    State(web): State<Web>,
    OwnerPage(owner): OwnerPage,
    Form(form): Form<BusinessProfileForm>,
) -> PageResult {
    let mut errors = Errors::default();
    let name = errors.require("name", &form.name, "Enter the name of the business.");
    let contact = form.contact(&mut errors);
    let Some(name) = name.filter(|_| errors.list().is_empty()) else {
        let layout = Layout::of(&owner, "/backoffice/business-profile").narrowed();
        let page = BusinessProfilePage { layout, form: &form, errors, phone_kinds: PHONE_KINDS };
        return Ok(page::render(StatusCode::UNPROCESSABLE_ENTITY, &page));
    };
    details::update(&web.app, &owner, name, contact).await?;
    Ok(page::see_other("/backoffice/business-profile?notice=saved"))
}
