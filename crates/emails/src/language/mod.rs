//! Languages that letters are complete in: their texts, and how they write days, times and amounts.
//!
//! **Another language** is a file beside [`english`] with the same three things, and a line in [`LANGUAGES`]. A text that
//! is missing does not compile; one with other placeholders than in English fails a test.

mod english;
mod german;
mod texts;

pub(crate) use texts::{Counted, Texts};

use slotkeeper_domain::account::Language;

/// A language in which everything can be said.
pub(crate) struct Complete {
    /// The first part of its tags, such as `en`.
    pub tag: &'static str,
    pub texts: Texts,
    /// How it is written in its regions; the first also where none of them is meant.
    pub regions: &'static [Region],
}

/// How a language is written in a part of the world.
#[derive(Clone, Copy)]
pub(crate) struct Region {
    /// The tag, such as `en-GB`.
    pub tag: &'static str,
    /// The months, January first.
    pub months: [&'static str; 12],
    /// The days of the week, Monday first.
    pub weekdays: [&'static str; 7],
    /// A day, with `{weekday}`, `{day}`, `{month}` and `{year}`. Day and month do not part at the end of a line.
    pub day: &'static str,
    /// The time of a day.
    pub clock: Clock,
    /// Abbreviations of time zones, if the language has its own.
    pub zones: &'static [(&'static str, &'static str)],
    pub amounts: Amounts,
    /// Words that are spelled in another way than in the texts: what is written there, and what to write.
    pub spelling: &'static [(&'static str, &'static str)],
}

/// How the time of a day is written.
#[derive(Clone, Copy)]
pub(crate) enum Clock {
    /// `14:00`, with what follows the last time.
    Hours24(&'static str),
    /// `2:00 pm`, with the words for both halves.
    Hours12(&'static str, &'static str),
}

/// How an amount of money is written.
#[derive(Clone, Copy)]
pub(crate) struct Amounts {
    pub decimal: &'static str,
    /// Between groups of three digits.
    pub group: &'static str,
    /// Where the currency stands.
    pub currency: Currency,
    /// Symbols that nobody takes for another currency there; the others are written with their code.
    pub symbols: &'static [(&'static str, &'static str)],
}

/// Where the currency stands.
#[derive(Clone, Copy)]
pub(crate) enum Currency {
    /// `£5`, `USD 5`: a space only behind a code.
    Before,
    /// `€ 5`: always a space.
    BeforeWithSpace,
    /// `5 €`.
    Behind,
}

/// All of them. The first is written where there is no better one.
pub(crate) const LANGUAGES: [&Complete; 2] = [&english::ENGLISH, &german::GERMAN];

/// A language as it is written in one region.
#[derive(Clone, Copy)]
pub(crate) struct Locale {
    texts: &'static Texts,
    /// How it is written there.
    pub region: &'static Region,
}

impl Locale {
    /// The locale of a language, or that of [`Language::BRITISH_ENGLISH`] if it has no texts.
    pub fn of(language: Language) -> Self {
        let complete = complete(language).unwrap_or(&english::ENGLISH);
        let exact = complete.regions.iter().find(|region| region.tag == language.as_str());
        Self { texts: &complete.texts, region: exact.or(complete.regions.first()).unwrap_or(&english::BRITISH) }
    }

    /// One of the texts, as it is spelled here.
    pub fn say(self, text: impl FnOnce(&Texts) -> &'static str) -> String {
        self.spell(text(self.texts))
    }

    /// One of the texts with a value for its only placeholder. The value is not looked at for placeholders.
    pub fn say_with(self, text: impl FnOnce(&Texts) -> &'static str, placeholder: &str, value: &str) -> String {
        fill(&self.say(text), &[(placeholder, value)])
    }

    /// One of the texts about a number of things.
    pub fn count(self, text: impl FnOnce(&Texts) -> Counted, number: u32) -> String {
        let form = (self.texts.plural_form)(number);
        let Counted(forms) = text(self.texts);
        // Every text has every form; a test looks.
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

/// Whether letters are complete in this language.
#[must_use]
pub fn has_texts(language: Language) -> bool {
    complete(language).is_some()
}

/// The languages in which letters are complete, each as it is written where no region is meant. The regions of a language
/// share its texts.
pub fn languages() -> impl Iterator<Item = Language> {
    LANGUAGES.into_iter().filter_map(|complete| complete.regions.first()?.tag.parse().ok())
}

/// The first of these languages in which letters are complete, such as the customer's before those of the business; British
/// English if there is none.
#[must_use]
pub fn choose_language(preferred: impl IntoIterator<Item = Language>) -> Language {
    preferred.into_iter().find(|language| has_texts(*language)).unwrap_or(Language::BRITISH_ENGLISH)
}

/// Puts values in the place of `{names}`, each where it stands in the text and nowhere else.
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
