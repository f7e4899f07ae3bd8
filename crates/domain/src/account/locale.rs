//! Countries, currencies and languages that an account can choose.

use super::NotAChoice;
use iso_currency::{Currency as IsoCurrency, Flag, IntoEnumIterator};
use std::str::FromStr;

/// A country by its two-letter code (ISO 3166-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country(&'static str);

impl Country {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        rust_iso3166::ALL.iter().find(|country| country.alpha2 == self.0).map_or(self.0, |country| country.name)
    }

    /// Code and English name of every country, sorted by name without accents.
    #[must_use]
    pub fn choices() -> Vec<(&'static str, &'static str)> {
        let mut choices: Vec<_> = rust_iso3166::ALL.iter().map(|country| (country.alpha2, country.name)).collect();
        choices.sort_by_cached_key(|(_, name)| name.chars().map(without_accent).collect::<String>());
        choices
    }
}

impl FromStr for Country {
    type Err = NotAChoice;

    fn from_str(text: &str) -> Result<Self, NotAChoice> {
        rust_iso3166::from_alpha2(text).map(|country| Self(country.alpha2)).ok_or(NotAChoice)
    }
}

/// Covers the accents that occur in the English names of countries.
fn without_accent(letter: char) -> char {
    match letter {
        'Å' => 'A',
        'ç' => 'c',
        'é' => 'e',
        'ô' => 'o',
        'ü' => 'u',
        _ => letter,
    }
}

/// A currency in use, by its three-letter code (ISO 4217).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency(IsoCurrency);

impl Currency {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0.code()
    }

    /// The number of decimals of an amount: 2 for the euro, 0 for the yen.
    #[must_use]
    pub fn decimals(self) -> usize {
        // Every currency that can be chosen has an exponent.
        self.0.exponent().map_or(0, usize::from)
    }

    /// Code and English name of every currency that a business can choose, sorted by code.
    #[must_use]
    pub fn choices() -> Vec<(&'static str, String)> {
        let mut choices: Vec<_> = IsoCurrency::iter()
            .filter(|currency| is_money(*currency))
            .map(|currency| (currency.code(), name_of(currency)))
            .collect();
        choices.sort_unstable();
        choices
    }
}

impl FromStr for Currency {
    type Err = NotAChoice;

    fn from_str(text: &str) -> Result<Self, NotAChoice> {
        IsoCurrency::from_code(text).filter(|currency| is_money(*currency)).map(Self).ok_or(NotAChoice)
    }
}

fn name_of(currency: IsoCurrency) -> String {
    // The crate has a misspelt name for this one.
    match currency {
        IsoCurrency::XCG => "Caribbean guilder".to_owned(),
        _ => currency.name().to_owned(),
    }
}

/// Excludes units of account, metals, test codes and currencies that another one has replaced.
fn is_money(currency: IsoCurrency) -> bool {
    let is_special = currency.has_flag(Flag::Special) || currency.has_flag(Flag::Fund);
    !is_special && currency.is_superseded().is_none() && currency.exponent().is_some()
}

/// The languages that an account can offer: RFC 5646 tag, and name in the language itself. Sorted by tag, but a name
/// without a country comes before its variants.
const LANGUAGES: [(&str, &str); 30] = [
    ("bg-BG", "Български"),
    ("ca-ES", "Català"),
    ("cs-CZ", "Čeština"),
    ("da-DK", "Dansk"),
    ("de-DE", "Deutsch"),
    ("de-AT", "Deutsch (Österreich)"),
    ("de-CH", "Deutsch (Schweiz)"),
    ("el-GR", "Ελληνικά"),
    ("en-AU", "English (Australia)"),
    ("en-GB", "English (United Kingdom)"),
    ("en-US", "English (United States)"),
    ("es-ES", "Español"),
    ("es-MX", "Español (México)"),
    ("et-EE", "Eesti"),
    ("fi-FI", "Suomi"),
    ("fr-FR", "Français"),
    ("fr-CA", "Français (Canada)"),
    ("hr-HR", "Hrvatski"),
    ("hu-HU", "Magyar"),
    ("it-IT", "Italiano"),
    ("ja-JP", "日本語"),
    ("ko-KR", "한국어"),
    ("nb-NO", "Norsk bokmål"),
    ("nl-NL", "Nederlands"),
    ("pl-PL", "Polski"),
    ("pt-PT", "Português"),
    ("pt-BR", "Português (Brasil)"),
    ("sv-SE", "Svenska"),
    ("tr-TR", "Türkçe"),
    ("zh-CN", "中文（简体）"),
];

/// A language by its RFC 5646 tag, such as `en-GB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(&'static str);

impl Language {
    /// The fallback where an account has no language.
    pub const BRITISH_ENGLISH: Self = Self("en-GB");

    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// The name of the language in the language itself.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        LANGUAGES.iter().find(|(tag, _)| *tag == self.0).map_or(self.0, |(_, name)| name)
    }

    /// Tag and own name of every language that an account can offer.
    #[must_use]
    pub fn choices() -> &'static [(&'static str, &'static str)] {
        &LANGUAGES
    }
}

impl FromStr for Language {
    type Err = NotAChoice;

    /// Ignores case (RFC 5646, section 2.1.1).
    fn from_str(text: &str) -> Result<Self, NotAChoice> {
        LANGUAGES.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(text)).map(|(tag, _)| Self(tag)).ok_or(NotAChoice)
    }
}

/// The languages of an account, at least one. The first is the default for staff and customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Languages(Vec<Language>);

impl Languages {
    #[must_use]
    pub fn only(language: Language) -> Self {
        Self(vec![language])
    }

    #[must_use]
    pub fn default_language(&self) -> Language {
        // The constructors never make an empty list.
        self.0.first().copied().unwrap_or(Language::BRITISH_ENGLISH)
    }

    /// The default first.
    pub fn iter(&self) -> impl Iterator<Item = Language> + '_ {
        self.0.iter().copied()
    }

    /// Reads the comma-separated list that [`Languages::to_list`] writes. Repeated languages count once.
    ///
    /// # Errors
    /// [`NotAChoice`] if a language cannot be offered or the list is empty.
    pub fn parse_list(text: &str) -> Result<Self, NotAChoice> {
        let mut languages = Vec::new();
        for tag in text.split(',') {
            let language = tag.trim().parse()?;
            if !languages.contains(&language) {
                languages.push(language);
            }
        }
        Ok(Self(languages))
    }

    #[must_use]
    pub fn to_list(&self) -> String {
        self.iter().map(Language::as_str).collect::<Vec<_>>().join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_can_be_chosen() {
        assert!(Country::choices().iter().all(|(code, _)| code.parse::<Country>().is_ok()));
        assert!(Currency::choices().iter().all(|(code, _)| code.parse::<Currency>().is_ok()));
        assert!(Language::choices().iter().all(|(tag, _)| tag.parse::<Language>().is_ok()));
        assert!(Country::choices().len() > 240 && Currency::choices().len() > 140);
        for wrong in ["", "XXX", "XAU", "DEM", "eur", "EURO"] {
            assert!(wrong.parse::<Currency>().is_err(), "{wrong}");
        }
        assert!("UK".parse::<Country>().is_err() && "GB".parse::<Country>().is_ok());
    }

    #[test]
    fn choices_stand_where_people_look_for_them() {
        let countries: Vec<_> = Country::choices().into_iter().map(|(_, name)| name).collect();
        let place = |wanted: &str| countries.iter().position(|name| *name == wanted).expect("a country");
        for (before, after) in [("Åland Islands", "Albania"), ("Côte d'Ivoire", "Croatia"), ("Réunion", "Romania")] {
            assert!(place(before) < place(after), "{before} comes before {after}");
        }
        assert!(place("Tunisia") < place("Türkiye") && place("Türkiye") < place("Tuvalu"));
        let foreign = |letter: char| !without_accent(letter).is_ascii();
        assert!(!countries.iter().any(|name| name.contains(foreign)), "a letter that is not folded");

        let languages = Language::choices();
        let variants = languages.iter().enumerate().filter_map(|(at, (_, name))| Some((at, name.split_once(" (")?.0)));
        for (at, plain) in variants {
            assert!(!languages[at..].iter().any(|(_, name)| *name == plain), "{plain} comes before its variants");
        }
        assert!(Currency::choices().contains(&("XCG", "Caribbean guilder".to_owned())));
    }

    #[test]
    fn languages_keep_their_order_and_the_first_is_the_default() {
        let languages = Languages::parse_list("pt-PT, en-gb,pt-PT").expect("known languages");
        assert_eq!(languages.to_list(), "pt-PT,en-GB");
        assert_eq!(languages.default_language().as_str(), "pt-PT");
        assert!(Languages::parse_list("").is_err() && Languages::parse_list("en-GB,xx").is_err());
    }
}
