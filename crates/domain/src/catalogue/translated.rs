//! Texts in the languages of a business.

use crate::account::Language;
use crate::normal_form::is_same;
use serde::{Deserialize, Serialize};

/// A text in one or more languages. The first is the fallback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translated(Vec<(Language, String)>);

impl Translated {
    #[must_use]
    pub fn only(language: Language, text: &str) -> Self {
        Self(vec![(language, text.to_owned())])
    }

    /// Adds or replaces the text in a language.
    #[must_use]
    pub fn and(mut self, language: Language, text: &str) -> Self {
        self.0.retain(|(known, _)| *known != language);
        self.0.push((language, text.to_owned()));
        self
    }

    /// The text in this language or else the fallback.
    #[must_use]
    pub fn r#in(&self, language: Language) -> &str {
        let wanted = self.0.iter().find(|(known, _)| *known == language);
        wanted.or(self.0.first()).map_or("", |(_, text)| text)
    }

    /// Whether any of the languages has this text, compared in normal form C.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.0.iter().any(|(_, known)| is_same(known, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_given_in_the_language_asked_for_or_the_first() {
        let (english, portuguese, german) =
            (Language::BRITISH_ENGLISH, "pt-PT".parse().expect("a language"), "de-DE".parse().expect("a language"));
        let text = Translated::only(english, "Pier").and(portuguese, "Cais").and(portuguese, "Molhe");
        assert_eq!([text.r#in(english), text.r#in(portuguese), text.r#in(german)], ["Pier", "Molhe", "Pier"]);
        assert!(text.is("Molhe") && !text.is("Cais"));
        let text = Translated::only(portuguese, "Op\u{e7}\u{e3}o");
        assert!(text.is("Opc\u{327}a\u{303}o") && !text.is("Opcao"));
    }
}
