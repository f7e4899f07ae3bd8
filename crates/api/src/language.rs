//! Which language an answer is in (wire reference, section 1.2).

use crate::error::ApiError;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_LANGUAGE;
use axum::response::Response;
use slotkeeper_domain::account::{Language, Languages};

/// The language that `lang` asks for, out of those of the account.
pub(crate) fn choose(lang: Option<&str>, languages: &Languages) -> Result<Language, ApiError> {
    let is_default = |tag: &str| ["userDefault", "customerDefault"].iter().any(|word| word.eq_ignore_ascii_case(tag));
    match lang {
        None => Ok(languages.default_language()),
        Some(tag) if is_default(tag) => Ok(languages.default_language()),
        Some(tag) => languages.iter().find(|language| language.as_str().eq_ignore_ascii_case(tag)).ok_or_else(|| {
            let offered = languages.to_list().replace(',', ", ");
            ApiError::bad_request(format!(
                "The account does not offer the language asked for with lang. It offers: {offered}. \
                     customerDefault and userDefault work too."
            ))
        }),
    }
}

/// The answer with the language it is in.
pub(crate) fn named(mut response: Response, language: Language) -> Response {
    response.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.as_str()));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_one_of_the_accounts() {
        let languages = Languages::parse_list("pt-PT,en-GB").expect("languages");
        for (lang, expected) in [
            (None, Some("pt-PT")),
            (Some("userDefault"), Some("pt-PT")),
            (Some("customerDefault"), Some("pt-PT")),
            (Some("CUSTOMERDEFAULT"), Some("pt-PT")),
            (Some("en-gb"), Some("en-GB")),
            (Some("de-DE"), None),
            (Some("en_GB"), None),
        ] {
            assert_eq!(choose(lang, &languages).ok().map(Language::as_str), expected, "{lang:?}");
        }
    }
}
