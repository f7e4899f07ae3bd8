//! `GET /settings/customercustomfields`: what the business asks of customers and participants.

use super::products::{ChoiceValue, description};
use crate::answer::OkJson;
use crate::caller::Caller;
use crate::error::ApiError;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_app::App;
use slotkeeper_app::access::AnyKey;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::catalogue::{CustomField, FieldKind, FieldValue};

/// What the business asks of customers and participants; a kind of field that it does not ask is absent (wire reference, section 4.2).
#[derive(Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CustomFieldDefinitions {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choice_fields: Vec<ChoiceField>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    number_fields: Vec<NumberField>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    on_off_fields: Vec<OnOffField>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    text_fields: Vec<Field>,
}

/// What all fields have.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TextCustomField")]
struct Field {
    id: String,
    name: String,
    description: String,
    shown_to_customers: bool,
    for_customer: bool,
    for_participants: bool,
    index: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ChoiceCustomField")]
struct ChoiceField {
    #[serde(flatten)]
    field: Field,
    values: Vec<ChoiceValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_value_id: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NumberCustomField")]
struct NumberField {
    #[serde(flatten)]
    field: Field,
    min_value: i64,
    max_value: i64,
    default_value: i64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OnOffCustomField")]
struct OnOffField {
    #[serde(flatten)]
    field: Field,
    default_state: bool,
}

/// The definitions, by kind.
pub(crate) async fn list(
    caller: Caller<AnyKey>,
    State(app): State<App>,
) -> Result<OkJson<CustomFieldDefinitions>, ApiError> {
    let catalogue = read(&app, caller.access()).await?;
    let mut definitions = CustomFieldDefinitions::default();
    for (index, field) in catalogue.custom_fields.iter().enumerate() {
        add(&mut definitions, index, field, caller.language());
    }
    Ok(OkJson(definitions))
}

fn add(definitions: &mut CustomFieldDefinitions, index: usize, definition: &CustomField, language: Language) {
    let field = Field {
        id: definition.id.to_string(),
        name: definition.name.r#in(language).to_owned(),
        description: description(definition.description.as_ref(), language),
        shown_to_customers: definition.shown_to_customers,
        for_customer: definition.for_customer,
        for_participants: definition.for_participants,
        index,
    };
    match &definition.kind {
        FieldKind::Choice { values, default } => {
            let value = |value: &FieldValue| ChoiceValue {
                id: value.id.clone(),
                name: value.name.r#in(language).to_owned(),
                description: description(value.description.as_ref(), language),
            };
            let values = values.iter().map(value).collect();
            definitions.choice_fields.push(ChoiceField { field, values, default_value_id: default.clone() });
        }
        FieldKind::Number { min, max, default } => {
            let (min_value, max_value, default_value) = (*min, *max, *default);
            definitions.number_fields.push(NumberField { field, min_value, max_value, default_value });
        }
        FieldKind::OnOff { default } => {
            definitions.on_off_fields.push(OnOffField { field, default_state: *default });
        }
        FieldKind::Text => definitions.text_fields.push(field),
    }
}
