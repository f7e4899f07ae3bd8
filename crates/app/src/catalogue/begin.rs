//! The initial catalogue of a business: the built-in people categories (wire reference, section 4.2).

use slotkeeper_domain::account::{Language, Languages};
use slotkeeper_domain::catalogue::{Catalogue, CategoryId, PeopleCategory, Translated};

/// The name of each built-in category in English and Portuguese, and its number of seats.
const BUILT_IN: [(&str, &str, u32); 3] =
    [("Adults", "Adultos", 1), ("Children", "Crianças", 1), ("Infants", "Bebés", 0)];

/// A catalogue with the built-in people categories only. The English names are always included, because each category
/// needs a name.
#[must_use]
pub fn begin(languages: &Languages) -> Catalogue {
    let portuguese = languages.iter().find(|language| language.as_str() == "pt-PT");
    let categories = CategoryId::built_in().into_iter().zip(BUILT_IN).map(|(id, (english, foreign, seats))| {
        let name = Translated::only(Language::BRITISH_ENGLISH, english);
        let name = portuguese.map_or_else(|| name.clone(), |language| name.clone().and(language, foreign));
        PeopleCategory { id, name, seats }
    });
    Catalogue { categories: categories.collect(), ..Catalogue::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_have_a_name_in_each_language_that_there_are_names_in() {
        let portuguese = "pt-PT".parse().expect("a language");
        let names = |languages: &str| {
            let catalogue = begin(&Languages::parse_list(languages).expect("languages"));
            catalogue.categories.iter().map(|category| category.name.r#in(portuguese).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names("en-GB,pt-PT"), ["Adultos", "Crianças", "Bebés"]);
        assert_eq!(names("de-DE"), ["Adults", "Children", "Infants"]);
    }
}
