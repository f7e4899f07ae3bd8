use super::*;
use crate::template::{Placeholder, Template, TemplateSource};
use crate::{EmailKind, TemplateSyntaxError};

fn language(tag: &str) -> Language {
    tag.parse().expect("a language")
}

/// The names in braces, in order.
fn placeholders(text: &str) -> Vec<&str> {
    let mut names: Vec<_> =
        text.split('{').skip(1).map(|rest| rest.split_once('}').expect("a closing brace").0).collect();
    names.sort_unstable();
    names
}

/// A text with other placeholders than in English would lose a value, or show the name of a placeholder.
#[test]
fn every_text_has_the_same_placeholders_in_every_language() {
    let [first, others @ ..] = LANGUAGES;
    for other in others {
        for ((key, ours), (_, theirs)) in first.texts.entries().into_iter().zip(other.texts.entries()) {
            assert!(!theirs.trim().is_empty() && theirs.trim() == theirs, "{key} in {}", other.tag);
            assert_eq!(placeholders(ours), placeholders(theirs), "{key} in {}", other.tag);
        }
    }
}

#[test]
fn every_default_template_can_be_read() {
    let known = |name: &str| Placeholder::ALL.iter().any(|placeholder| placeholder.as_str() == name);
    for complete in LANGUAGES {
        for region in complete.regions {
            for kind in EmailKind::ALL {
                let text = TemplateSource::default_for(kind, language(region.tag));
                let read: Result<Template, TemplateSyntaxError> = Template::parse(kind, &text);
                assert_eq!(read.as_ref(), Ok(&Template::default_for(kind, language(region.tag))), "{kind:?}");
                assert!(placeholders(&text.body).into_iter().all(known));
            }
        }
    }
}

#[test]
fn every_counted_text_has_every_form_and_the_number() {
    for complete in LANGUAGES {
        let texts = &complete.texts;
        for (key, Counted(forms)) in texts.counted() {
            assert_eq!(forms.len(), texts.plural_forms, "{key} in {}", complete.tag);
            assert!(forms.iter().all(|form| placeholders(form) == ["count"]), "{key} in {}", complete.tag);
        }
        let used: std::collections::BTreeSet<_> = (0..1_000).map(texts.plural_form).collect();
        assert!(used.into_iter().eq(0..texts.plural_forms), "forms in {}", complete.tag);
    }
}

#[test]
fn one_is_a_person_and_more_are_people() {
    for (tag, number, words) in [
        ("en-GB", 1, "1 person"),
        ("en-US", 2, "2 people"),
        ("en-GB", 21, "21 people"),
        ("de-DE", 1, "1 Person"),
        ("de-AT", 2, "2 Personen"),
    ] {
        assert_eq!(Locale::of(language(tag)).count(|texts| texts.people_count, number), words);
    }
    let german = Locale::of(language("de-DE"));
    assert_eq!(german.count(|texts| texts.more_times, 1), "und 1 weiterer Termin");
    assert_eq!(german.count(|texts| texts.more_times, 2), "und 2 weitere Termine");
}

#[test]
fn regions_are_those_that_accounts_can_choose_and_have_their_spelling() {
    for complete in LANGUAGES {
        let of_language = |tag: &&str| tag.split_once('-').is_some_and(|(primary, _)| primary == complete.tag);
        let choices: Vec<_> = Language::choices().iter().map(|(tag, _)| *tag).filter(of_language).collect();
        let mut regions: Vec<_> = complete.regions.iter().map(|region| region.tag).collect();
        regions.sort_unstable();
        let mut sorted = choices;
        sorted.sort_unstable();
        assert_eq!(regions, sorted);
        for region in complete.regions {
            assert_eq!(placeholders(region.day), ["day", "month", "weekday", "year"], "{}", region.tag);
            for (_, text) in complete.texts.entries() {
                let spelled = Locale::of(language(region.tag)).spell(text);
                assert!(region.spelling.iter().all(|(written, _)| !spelled.contains(written)), "{spelled}");
                // Spelling must not change placeholders.
                assert_eq!(placeholders(&spelled), placeholders(text));
            }
        }
    }
    let subject = |tag| TemplateSource::default_for(EmailKind::Cancelled, language(tag)).subject;
    assert_eq!(subject("en-US"), "Booking canceled: {product}, {date}");
    assert_eq!(subject("en-GB"), "Booking cancelled: {product}, {date}");
    let body = |tag| TemplateSource::default_for(EmailKind::Confirmation, language(tag)).body;
    assert!(body("de-CH").contains("Grüssen") && body("de-AT").contains("Grüßen"));
}

#[test]
fn the_first_language_with_texts_is_chosen() {
    let choose = |tags: &[&str]| choose_language(tags.iter().map(|tag| language(tag))).as_str();
    assert_eq!(choose(&["pt-PT", "de-AT", "en-US"]), "de-AT");
    assert_eq!(choose(&["pt-PT"]), "en-GB");
    assert!(has_texts(language("en-AU")) && !has_texts(language("nb-NO")));
}

#[test]
fn a_value_is_not_looked_at_for_placeholders() {
    assert_eq!(fill("{a} and {b}, {c}", &[("a", "{b}"), ("b", "{")]), "{b} and {, {c}");
    assert_eq!(fill("{{a}} {", &[("a", "x")]), "{x} {");
}

#[test]
fn every_language_is_listed() {
    let tags: Vec<_> = languages().map(Language::as_str).collect();
    assert_eq!(tags, ["en-GB", "de-DE"]);
    assert_eq!(tags.len(), LANGUAGES.len());
}
