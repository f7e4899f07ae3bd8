//! `GET /settings/products`: what can be booked.

use crate::answer::OkJson;
use crate::caller::Caller;
use crate::document::AsParameter;
use crate::error::ApiError;
use crate::paging::{List, PageParameters, Paging};
use crate::query::{Query, UnreadQuery};
use crate::wire::{Image, Money};
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::App;
use slotkeeper_app::access::AnyKey;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::catalogue::{self, OptionDefinition, OptionKind, Pricing, Translated};
use slotkeeper_domain::recurrence::Length;

/// Most products on a page.
const MOST: u32 = 100;

crate::choices! {
    /// The three types of products.
    pub(crate) enum ProductType {
        /// Scheduled events with seats.
        Fixed = "fixed",
        /// A series of classes.
        FixedCourse = "fixedCourse",
        /// An appointment.
        FlexibleTime = "flexibleTime",
    }
}

crate::parameters! {
    /// Which products are wanted.
    pub(crate) struct ListProducts {
        /// Only those of this type.
        product_type: Option<ProductType> = "type",
    }
}

/// What can be booked (wire reference, section 4.3).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Product {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<Image>,
    product_id: String,
    product_code: String,
    booking_limits: Vec<BookingLimit>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    default_rates: Vec<PriceRate>,
    duration: Duration,
    #[serde(rename = "type")]
    #[schemars(with = "AsParameter<ProductType>")]
    product_type: &'static str,
    members_only: bool,
    prepaid_only: bool,
    accept_deny: bool,
    api_bookings_allowed: bool,
    drop_in_only: bool,
    allow_private_events: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choice_options: Vec<ChoiceOption>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    number_options: Vec<NumberOption>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    on_off_options: Vec<OnOffOption>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    text_options: Vec<TextOption>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct BookingLimit {
    #[serde(skip_serializing_if = "Option::is_none")]
    people_category_id: Option<String>,
    min: u32,
    max: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct PriceRate {
    #[serde(skip_serializing_if = "Option::is_none")]
    people_category_id: Option<String>,
    price: Money,
}

/// Full days, or hours and minutes (wire reference, section 4.1).
#[derive(Debug, Serialize, JsonSchema)]
struct Duration {
    days: u32,
    hours: u32,
    minutes: u32,
}

/// What all options have.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Opt {
    id: String,
    name: String,
    description: String,
    index: usize,
    shown_to_customers: bool,
    enabled: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ChoiceOption {
    #[serde(flatten)]
    option: Opt,
    values: Vec<ChoiceValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_value_id: Option<String>,
}

/// One of the values of a choice.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ChoiceValue {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NumberOption {
    #[serde(flatten)]
    option: Opt,
    min_value: i64,
    max_value: i64,
    default_value: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct OnOffOption {
    #[serde(flatten)]
    option: Opt,
    default_state: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct TextOption {
    #[serde(flatten)]
    option: Opt,
    required: bool,
}

/// The products, in the order of the business.
pub(crate) async fn list(
    caller: Caller<AnyKey>,
    State(app): State<App>,
    Query(page): Query<PageParameters>,
    wanted: UnreadQuery<ListProducts>,
) -> Result<OkJson<List<Product>>, ApiError> {
    let account = caller.access().account();
    let paging =
        Paging::read(&app, &account.id, "GET /settings/products", &page, MOST, || Ok(wanted.read()?.product_type))?;
    let catalogue = read(&app, caller.access()).await?;
    let wanted = paging.search.map(ProductType::as_str);
    let products: Vec<&catalogue::Product> = catalogue
        .products
        .iter()
        .filter(|product| wanted.is_none_or(|wanted| product.product_type().as_str() == wanted))
        .collect();
    let data = paging.page.slice_of(&products).iter().map(|found| product(found, caller.language())).collect();
    Ok(OkJson(paging.list(products.len() as u64, data)))
}

fn product(product: &catalogue::Product, language: Language) -> Product {
    let mut wire = Product {
        name: product.name.r#in(language).to_owned(),
        description: product.description.as_ref().map(|text| text.r#in(language).to_owned()),
        images: product.images.iter().map(|url| Image { url: url.clone() }).collect(),
        product_id: product.id.to_string(),
        product_code: product.code.clone(),
        booking_limits: product
            .limits
            .iter()
            .map(|limit| BookingLimit {
                people_category_id: limit.category.as_ref().map(ToString::to_string),
                min: limit.min,
                max: limit.max,
            })
            .collect(),
        default_rates: product.pricing.as_ref().map(pricing).unwrap_or_default(),
        duration: duration(product.length),
        product_type: product.product_type().as_str(),
        members_only: product.members_only,
        prepaid_only: product.prepaid_only,
        accept_deny: product.accept_deny,
        api_bookings_allowed: product.api_bookings_allowed,
        drop_in_only: product.drop_in_only(),
        allow_private_events: product.allow_private_events,
        choice_options: Vec::new(),
        number_options: Vec::new(),
        on_off_options: Vec::new(),
        text_options: Vec::new(),
    };
    for (index, definition) in product.options.iter().enumerate() {
        add_option(&mut wire, index, definition, language);
    }
    wire
}

fn add_option(wire: &mut Product, index: usize, definition: &OptionDefinition, language: Language) {
    let option = Opt {
        id: definition.id.clone(),
        name: definition.name.r#in(language).to_owned(),
        description: description(definition.description.as_ref(), language),
        index,
        shown_to_customers: definition.shown_to_customers,
        enabled: definition.enabled,
    };
    match &definition.kind {
        OptionKind::Choice { values, default } => {
            let value = |value: &catalogue::ChoiceValue| ChoiceValue {
                id: value.id.clone(),
                name: value.name.r#in(language).to_owned(),
                description: description(value.description.as_ref(), language),
            };
            let values = values.iter().map(value).collect();
            wire.choice_options.push(ChoiceOption { option, values, default_value_id: default.clone() });
        }
        OptionKind::Number { min, max, default, .. } => {
            let (min_value, max_value, default_value) = (*min, *max, *default);
            wire.number_options.push(NumberOption { option, min_value, max_value, default_value });
        }
        OptionKind::OnOff { default, .. } => {
            wire.on_off_options.push(OnOffOption { option, default_state: *default });
        }
        OptionKind::Text { required } => wire.text_options.push(TextOption { option, required: *required }),
    }
}

/// What describes an option, a field or a value of one: there also when it is empty (wire reference, section 9).
pub(super) fn description(text: Option<&Translated>, language: Language) -> String {
    text.map(|text| text.r#in(language).to_owned()).unwrap_or_default()
}

fn pricing(pricing: &Pricing) -> Vec<PriceRate> {
    match pricing {
        Pricing::PerBooking(price) => vec![PriceRate { people_category_id: None, price: (*price).into() }],
        Pricing::PerPerson(pricing) => pricing
            .iter()
            .map(|rate| PriceRate { people_category_id: Some(rate.category.to_string()), price: rate.price.into() })
            .collect(),
    }
}

fn duration(length: Length) -> Duration {
    match length {
        Length::Minutes(minutes) => Duration { days: 0, hours: minutes / 60, minutes: minutes % 60 },
        Length::Days(days) => Duration { days: days.into(), hours: 0, minutes: 0 },
    }
}
