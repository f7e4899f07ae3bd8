//! The languages of e-mails: their texts, and how their regions write days, times and amounts.
//!
//! **Another language** is a file beside [`english`] with the same three constants, and a line in [`LANGUAGES`]. A
//! missing text does not compile; one with other placeholders than in English fails a test.

mod english;
mod german;
mod texts;

pub(crate) use texts::{Counted, Texts};

use slotkeeper_domain::account::Language;

/// A language with all texts.
pub(crate) struct Complete {
    /// The primary subtag, such as `en`.
    pub tag: &'static str,
    pub texts: Texts,
    /// The regions; the first is used for a tag without a region or with an unknown one.
    pub regions: &'static [Region],
}

/// How a region writes a language.
#[derive(Clone, Copy)]
pub(crate) struct Region {
    /// The tag, such as `en-GB`.
    pub tag: &'static str,
    /// From January.
    pub months: [&'static str; 12],
    /// From Monday.
    pub weekdays: [&'static str; 7],
    /// A day, with `{weekday}`, `{day}`, `{month}` and `{year}`. A no-break space keeps day and month together.
    pub day: &'static str,
    pub clock: Clock,
    /// Abbreviations of time zones that differ from those of the IANA database.
    pub zones: &'static [(&'static str, &'static str)],
    pub amounts: Amounts,
    /// Replacements in the texts of the language: what is written there, and the spelling of the region.
    pub spelling: &'static [(&'static str, &'static str)],
}

#[derive(Clone, Copy)]
pub(crate) enum Clock {
    /// `14:00`; the word follows the last time.
    Hours24(&'static str),
    /// `2:00 pm`; the words for both halves of the day.
    Hours12(&'static str, &'static str),
}

#[derive(Clone, Copy)]
pub(crate) struct Amounts {
    pub decimal: &'static str,
    /// Between groups of three digits.
    pub group: &'static str,
    pub currency: Currency,
    /// Symbols that mean only this currency in the region; other currencies are written with their code.
    pub symbols: &'static [(&'static str, &'static str)],
}

#[derive(Clone, Copy)]
pub(crate) enum Currency {
    /// `£5`, `USD 5`: a space only behind a code.
    Before,
    /// `€ 5`: always a space.
    BeforeWithSpace,
    /// `5 €`.
    Behind,
}

/// All languages. The first is the fallback.
pub(crate) const LANGUAGES: [&Complete; 2] = [&english::ENGLISH, &german::GERMAN];

#[derive(Clone, Copy)]
pub(crate) struct Locale {
    texts: &'static Texts,
    pub region: &'static Region,
}

impl Locale {
    /// The locale of a language; [`Language::BRITISH_ENGLISH`] if there are no texts in it.
    pub fn of(language: Language) -> Self {
        let complete = complete(language).unwrap_or(&english::ENGLISH);
        let exact = complete.regions.iter().find(|region| region.tag == language.as_str());
        Self { texts: &complete.texts, region: exact.or(complete.regions.first()).unwrap_or(&english::BRITISH) }
    }

    /// A text in the spelling of the region.
    pub fn say(self, text: impl FnOnce(&Texts) -> &'static str) -> String {
        self.spell(text(self.texts))
    }

    /// A text with a value for its only placeholder. Braces in the value are left alone.
    pub fn say_with(self, text: impl FnOnce(&Texts) -> &'static str, placeholder: &str, value: &str) -> String {
        fill(&self.say(text), &[(placeholder, value)])
    }

    /// A counted text in the form for `number`.
    pub fn count(self, text: impl FnOnce(&Texts) -> Counted, number: u32) -> String {
        let form = (self.texts.plural_form)(number);
        let Counted(forms) = text(self.texts);
        // A test makes sure that every text has every form.
        let words = forms.get(form).or(forms.last()).copied().unwrap_or_default();
        fill(&self.spell(words), &[("count", &number.to_string())])
    }

    fn spell(self, text: &str) -> String {
        self.region.spelling.iter().fold(text.to_owned(), |text, (written, spelled)| text.replace(written, spelled))
    }
}

fn complete(language: Language) -> Option<&'static Complete> {
    let (primary, _) = language.as_str().split_once('-').unwrap_or((language.as_str(), ""));
    LANGUAGES.into_iter().find(|complete| complete.tag == primary)
}

/// Whether there are texts in this language.
#[must_use]
pub fn has_texts(language: Language) -> bool {
    complete(language).is_some()
}

/// The languages with texts, each without a region.
pub fn languages() -> impl Iterator<Item = Language> {
    LANGUAGES.into_iter().filter_map(|complete| complete.regions.first()?.tag.parse().ok())
}

/// The first of these languages with texts, for instance the customer's before those of the business; British English
/// if there is none.
#[must_use]
pub fn choose_language(preferred: impl IntoIterator<Item = Language>) -> Language {
    preferred.into_iter().find(|language| has_texts(*language)).unwrap_or(Language::BRITISH_ENGLISH)
}

/// Replaces `{names}` in the text by values. Braces within values are left alone.
pub(crate) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at(start);
        filled.push_str(before);
        let named = values.iter().find_map(|(name, value)| {
            let behind = from.strip_prefix('{')?.strip_prefix(name)?.strip_prefix('}')?;
            Some((*value, behind))
        });
        let (value, behind) = named.unwrap_or_else(|| from.split_at(1));
        filled.push_str(value);
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests;
