//! `/sign-up/business`: the form that creates a business account.

use super::sign_up::{NextQuery, PersonFields, finish, next_query, sign_up_refusal, signed_in};
use crate::Web;
use crate::client::Client;
use crate::error::PageResult;
use crate::extract::Query;
use crate::form::{Errors, Form};
use crate::page::{self, Layout};
use crate::session::Session;
use askama::Template;
use axum::extract::State;
use slotkeeper_app::accounts::sign_up::NewAccount;
use slotkeeper_domain::account::{AccountKind, Country, Currency, Language, Languages};
use slotkeeper_domain::time::Zone;

#[derive(Template)]
#[template(path = "entry/sign_up_business.html")]
struct SignUpBusinessPage<'a> {
    layout: Layout,
    form: &'a BusinessForm,
    errors: Errors,
    countries: Vec<(&'static str, &'static str)>,
    zones: Vec<String>,
    currencies: Vec<(&'static str, String)>,
    languages: &'static [(&'static str, &'static str)],
}

impl<'a> SignUpBusinessPage<'a> {
    fn new(form: &'a BusinessForm, errors: Errors) -> Self {
        Self {
            layout: Layout::narrow(),
            form,
            errors,
            countries: Country::choices(),
            zones: Zone::choices(),
            currencies: Currency::choices(),
            languages: Language::choices(),
        }
    }
}

#[derive(Default)]
struct BusinessForm {
    name: String,
    country: String,
    zone: String,
    currency: String,
    language: String,
    more_languages: Vec<String>,
    person: PersonFields,
}

impl BusinessForm {
    /// Reads the fields; `more_languages` can come several times.
    fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            let field = match name.as_str() {
                "name" => &mut form.name,
                "country" => &mut form.country,
                "zone" => &mut form.zone,
                "currency" => &mut form.currency,
                "language" => &mut form.language,
                "person_name" => &mut form.person.person_name,
                "email" => &mut form.person.email,
                "password" => &mut form.person.password,
                "next" => &mut form.person.next,
                "invitation" => &mut form.person.invitation,
                "more_languages" => {
                    form.more_languages.push(value);
                    continue;
                }
                _ => continue,
            };
            *field = value;
        }
        form
    }

    fn also_offers(&self, tag: &str) -> bool {
        self.more_languages.iter().any(|chosen| chosen == tag)
    }

    fn account(&self, errors: &mut Errors) -> Option<NewAccount> {
        let name = errors.require("name", &self.name, "Enter the name of the business.");
        let country = errors.choose("country", &self.country, "Choose a country.");
        let zone = Zone::named(&self.zone).map_err(|_| errors.add("zone", "Choose a time zone.")).ok();
        let currency = errors.choose("currency", &self.currency, "Choose a currency.");
        let tags: Vec<&str> =
            std::iter::once(self.language.as_str()).chain(self.more_languages.iter().map(String::as_str)).collect();
        let languages = Languages::parse_list(&tags.join(","))
            .map_err(|_| errors.add("language", "Choose the main language."))
            .ok();
        Some(NewAccount::Business {
            name: name?,
            country: country?,
            zone: zone?,
            currency: currency?,
            languages: languages?,
        })
    }
}

pub(crate) async fn show(
    State(web): State<Web>,
    session: Option<Session>,
    Query(NextQuery { next, invitation }): Query<NextQuery>,
) -> PageResult {
    if let Some(Session(person)) = session {
        let query = if invitation.is_empty() { next_query(&next) } else { format!("?invitation={invitation}") };
        return Ok(signed_in(&person, &next, format!("/sign-up/business{query}")));
    }
    if let Some(refusal) = sign_up_refusal(&web, AccountKind::Business, &invitation).await? {
        return Ok(refusal);
    }
    let person = PersonFields { next, invitation, ..PersonFields::default() };
    let form = BusinessForm { person, ..BusinessForm::default() };
    Ok(page::show(&SignUpBusinessPage::new(&form, Errors::default())))
}

pub(crate) async fn sign_up(
    State(web): State<Web>,
    client: Client,
    Form(pairs): Form<Vec<(String, String)>>,
) -> PageResult {
    let form = BusinessForm::from_pairs(pairs);
    let mut errors = Errors::default();
    let account = form.account(&mut errors);
    let show_form = |status, errors| page::render(status, &SignUpBusinessPage::new(&form, errors));
    finish(&web, client, form.person.clone(), account, errors, show_form).await
}
