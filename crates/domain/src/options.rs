//! The options of a booking: how a client's choices are read, and what they add to price and length.

use crate::account::Language;
use crate::catalogue::{Effect, OptionDefinition, OptionId, OptionKind, Per, Product};
use crate::money::{Money, SumError};
use crate::party::Party;
use serde::{Deserialize, Serialize};

/// Maximum length of the value of a text option, in characters.
pub const LONGEST_TEXT: usize = 2_000;

/// A choice in a request (wire reference, section 4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionInput {
    /// Wins over the name.
    pub id: Option<String>,
    /// In any language of the business.
    pub name: Option<String>,
    /// `true` or `false`, the name of a value, a whole number, or free text, depending on the option.
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenOption {
    pub id: OptionId,
    pub value: ChosenValue,
    /// Names of the option and of the value at the time of booking, for when the product no longer has them.
    pub words: (String, String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChosenValue {
    /// The id of the value.
    Choice(String),
    Number(i64),
    OnOff(bool),
    Text(String),
}

/// Why an option cannot be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OptionError {
    /// The position is counted from 0.
    #[error("the option at position {0} is none of the product")]
    Unknown(usize),
    #[error("the option {0} is disabled")]
    Disabled(OptionId),
    #[error("the option {0} is chosen twice")]
    Twice(OptionId),
    #[error("not a value of the option {0}")]
    NotAValue(OptionId),
    #[error("not a number from {min} to {max} for the option {id}")]
    NotANumber { id: OptionId, min: i64, max: i64 },
    #[error("neither true nor false for the option {0}")]
    NotOnOff(OptionId),
    /// More than [`LONGEST_TEXT`] characters.
    #[error("too long a text for the option {0}")]
    TooLong(OptionId),
    /// A required option without default is not given, or its text is empty.
    #[error("no value for the option {0}")]
    Missing(OptionId),
}

/// The options of a booking, in the order of the product: the given ones, and the defaults of the others.
///
/// # Errors
/// [`OptionError`]: an unknown, disabled or repeated option, a value that the option does not accept, or a required
/// option without a value.
pub fn choose(product: &Product, inputs: &[OptionInput], language: Language) -> Result<Vec<ChosenOption>, OptionError> {
    let mut given: Vec<Option<&str>> = vec![None; product.options.len()];
    for (position, input) in inputs.iter().enumerate() {
        let matches = |option: &OptionDefinition| match (&input.id, &input.name) {
            (Some(id), _) => option.id == *id,
            (None, Some(name)) => option.name.is(name),
            (None, None) => false,
        };
        let index = product.options.iter().position(matches).ok_or(OptionError::Unknown(position))?;
        let option = &product.options[index];
        if !option.enabled {
            return Err(OptionError::Disabled(option.id.clone()));
        }
        if given[index].replace(&input.value).is_some() {
            return Err(OptionError::Twice(option.id.clone()));
        }
    }
    let mut chosen = Vec::with_capacity(product.options.len());
    for (option, given) in product.options.iter().zip(given).filter(|(option, _)| option.enabled) {
        let value = match given {
            Some(text) => Some(read_value(option, text)?),
            None => default_value(option)?,
        };
        if let Some(value) = value {
            let words = (option.name.r#in(language).to_owned(), value.words(option, language));
            chosen.push(ChosenOption { id: option.id.clone(), value, words });
        }
    }
    Ok(chosen)
}

fn read_value(option: &OptionDefinition, text: &str) -> Result<ChosenValue, OptionError> {
    let id = || option.id.clone();
    match &option.kind {
        OptionKind::Choice { values, .. } => {
            let value =
                // The name wins over the id.
                values.iter().find(|value| value.name.is(text)).or(values.iter().find(|value| value.id == text));
            value.map(|value| ChosenValue::Choice(value.id.clone())).ok_or_else(|| OptionError::NotAValue(id()))
        }
        OptionKind::Number { min, max, .. } => {
            let number = text.trim().parse().ok().filter(|number| (min..=max).contains(&number));
            number.map(ChosenValue::Number).ok_or_else(|| OptionError::NotANumber { id: id(), min: *min, max: *max })
        }
        OptionKind::OnOff { .. } => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(ChosenValue::OnOff(true)),
            "false" | "0" => Ok(ChosenValue::OnOff(false)),
            _ => Err(OptionError::NotOnOff(id())),
        },
        OptionKind::Text { required } if *required && text.trim().is_empty() => Err(OptionError::Missing(id())),
        OptionKind::Text { .. } if text.chars().count() > LONGEST_TEXT => Err(OptionError::TooLong(id())),
        OptionKind::Text { .. } => Ok(ChosenValue::Text(text.to_owned())),
    }
}

fn default_value(option: &OptionDefinition) -> Result<Option<ChosenValue>, OptionError> {
    match &option.kind {
        OptionKind::Choice { default, .. } => {
            let default = default.clone().ok_or_else(|| OptionError::Missing(option.id.clone()))?;
            Ok(Some(ChosenValue::Choice(default)))
        }
        OptionKind::Number { default, .. } => Ok(Some(ChosenValue::Number(*default))),
        OptionKind::OnOff { default, .. } => Ok(Some(ChosenValue::OnOff(*default))),
        OptionKind::Text { required: true } => Err(OptionError::Missing(option.id.clone())),
        OptionKind::Text { required: false } => Ok(None),
    }
}

impl ChosenValue {
    /// The value in the format of the wire: of a choice, the name.
    fn words(&self, option: &OptionDefinition, language: Language) -> String {
        match (self, &option.kind) {
            (Self::Choice(id), OptionKind::Choice { values, .. }) => {
                values.iter().find(|value| value.id == *id).map_or("", |value| value.name.r#in(language)).to_owned()
            }
            (Self::Choice(id), _) => id.clone(),
            (Self::Number(number), _) => number.to_string(),
            (Self::OnOff(on), _) => on.to_string(),
            (Self::Text(text), _) => text.clone(),
        }
    }
}

impl ChosenOption {
    /// The names of the option and of the value in this language.
    #[must_use]
    pub fn named(&self, product: Option<&Product>, language: Language) -> (String, String) {
        match self.definition(product) {
            Some(option) => (option.name.r#in(language).to_owned(), self.value.words(option, language)),
            None => self.words.clone(),
        }
    }

    fn definition<'a>(&self, product: Option<&'a Product>) -> Option<&'a OptionDefinition> {
        product?.options.iter().find(|option| option.id == self.id)
    }

    /// The effect and how often it counts; `None` if the product no longer has the option.
    fn effect(&self, product: &Product) -> Option<(Effect, i64)> {
        match (&self.value, &self.definition(Some(product))?.kind) {
            (ChosenValue::Choice(id), OptionKind::Choice { values, .. }) => {
                values.iter().find(|value| value.id == *id).map(|value| (value.effect, 1))
            }
            (ChosenValue::Number(number), OptionKind::Number { each, .. }) => Some((*each, *number)),
            (ChosenValue::OnOff(true), OptionKind::OnOff { on, .. }) => Some((*on, 1)),
            _ => None,
        }
    }
}

/// The minutes that the options add to an appointment; negative if they make it shorter.
#[must_use]
pub fn minutes(options: &[ChosenOption], product: &Product) -> i64 {
    let effects = options.iter().filter_map(|option| option.effect(product));
    effects.fold(0, |sum, (effect, times)| sum.saturating_add(times.saturating_mul(effect.minutes.into())))
}

/// What the options add to the price, one amount for each option with a price.
///
/// # Errors
/// If an amount is too large.
pub fn prices(options: &[ChosenOption], product: &Product, party: &Party) -> Result<Vec<Money>, SumError> {
    let effects = options.iter().filter_map(|option| option.effect(product));
    let price = |(effect, times): (Effect, i64)| {
        let people = match effect.per {
            Per::Booking => 1,
            Per::Person => i64::from(party.people()),
        };
        effect.price.map(|price| price.times(times)?.times(people))
    };
    effects.filter_map(price).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn input(id: &str, value: &str) -> OptionInput {
        OptionInput { id: Some(format!("312KAYK4E9L17A2B6C8D0_{id}")), name: None, value: value.to_owned() }
    }

    #[test]
    fn what_is_not_chosen_is_as_the_product_has_it() {
        let catalogue = testing::catalogue();
        let tour = &catalogue.products[0];
        let words = |inputs: &[OptionInput]| {
            choose(tour, inputs, Language::BRITISH_ENGLISH)
                .map(|chosen| chosen.into_iter().map(|option| option.words.1).collect::<Vec<_>>())
        };
        let texts = |texts: &[&str]| Ok(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(words(&[]), texts(&["Pier", "0", "false"]));
        let by_name = OptionInput { id: None, name: Some("Sacos estanques".to_owned()), value: " 3 ".to_owned() };
        assert_eq!(
            words(&[input("K3V9QWZT", "Hotel"), by_name, input("B7N2MXRL", "True"), input("T1F6GSAE", "no nuts")]),
            texts(&["Hotel", "3", "true", "no nuts"])
        );
        let id = |id: &str| format!("312KAYK4E9L17A2B6C8D0_{id}");
        let not_a_number = || OptionError::NotANumber { id: id("H5J8CDYP"), min: 0, max: 4 };
        for (input, error) in [
            (input("XXXXXXXX", "1"), OptionError::Unknown(0)),
            (input("H5J8CDYP", "5"), not_a_number()),
            (input("H5J8CDYP", "x"), not_a_number()),
            (input("K3V9QWZT", "Moon"), OptionError::NotAValue(id("K3V9QWZT"))),
            (input("B7N2MXRL", "yes"), OptionError::NotOnOff(id("B7N2MXRL"))),
            (input("Z9Z9Z9Z9", "1"), OptionError::Disabled(id("Z9Z9Z9Z9"))),
        ] {
            assert_eq!(words(&[input]), Err(error));
        }
        assert_eq!(words(&[input("H5J8CDYP", "1"), input("H5J8CDYP", "2")]), Err(OptionError::Twice(id("H5J8CDYP"))));
    }
}
