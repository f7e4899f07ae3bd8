//! The sentences of errors for the operator, on the command line. Errors of `domain` and `app` are codes; a sentence may name
//! options of the command. Every match is exhaustive: a new variant does not compile without its sentence.

use slotkeeper_app::accounts::open::OpenError;
use slotkeeper_domain::account::{Name, NotAChoice, NotAName};
use slotkeeper_domain::email_address::NotAnEmailAddress;
use slotkeeper_domain::time::{BadZone, BadZoneData};

/// The sentence of an error for the operator.
pub(crate) trait Sentence {
    fn sentence(&self) -> String;
}

impl Sentence for OpenError {
    fn sentence(&self) -> String {
        match self {
            Self::AddressTaken => {
                "somebody signs in with this e-mail address already; one address, one account".to_owned()
            }
            Self::NoMail => {
                "no mail server is configured, so nothing can be sent: leave --mail out, and the link is printed"
                    .to_owned()
            }
            Self::Store(error) => error.to_string(),
        }
    }
}

impl Sentence for NotAName {
    fn sentence(&self) -> String {
        match self {
            Self::Empty => "Please give a name.".to_owned(),
            Self::TooLong => format!("A name can have {} characters at most.", Name::LONGEST),
            Self::NotReadable => "A name is one line of text, without invisible characters.".to_owned(),
        }
    }
}

impl Sentence for NotAnEmailAddress {
    fn sentence(&self) -> String {
        "This does not look like an e-mail address. It needs a name, an @ and a domain, without accents or letters of other \
         scripts: anna@example.com"
            .to_owned()
    }
}

impl Sentence for NotAChoice {
    fn sentence(&self) -> String {
        "not one of the choices".to_owned()
    }
}

impl Sentence for BadZoneData {
    fn sentence(&self) -> String {
        match self {
            Self::Empty => "there are no time zones in it".to_owned(),
            Self::Zone { name, why } => format!("{name} {}", reason(*why)),
            Self::Outdated { found, built_in } => {
                format!("it is edition {found}, and edition {built_in} is built in: use a newer one, or none")
            }
        }
    }
}

/// Continues after the name of the zone.
fn reason(why: BadZone) -> &'static str {
    match why {
        BadZone::Unreadable => "cannot be read",
        BadZone::Ends => "says nothing of the years to come; compile it with a newer zic",
        BadZone::LeapSeconds => "counts leap seconds; use the folder without them",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_worded_for_the_operator() {
        let zone = |why| BadZoneData::Zone { name: "Europe/Lisbon".to_owned(), why };
        let (found, built_in) = ("2020a".parse().unwrap(), "2026a".parse().unwrap());
        let table: [(&dyn Sentence, &str); 11] = [
            (&OpenError::AddressTaken, "somebody signs in with this e-mail address already; one address, one account"),
            (
                &OpenError::NoMail,
                "no mail server is configured, so nothing can be sent: leave --mail out, and the link is printed",
            ),
            (&NotAName::Empty, "Please give a name."),
            (&NotAName::TooLong, "A name can have 100 characters at most."),
            (
                &NotAnEmailAddress,
                "This does not look like an e-mail address. It needs a name, an @ and a domain, without accents or letters of \
                 other scripts: anna@example.com",
            ),
            (&NotAChoice, "not one of the choices"),
            (&BadZoneData::Empty, "there are no time zones in it"),
            (&zone(BadZone::Unreadable), "Europe/Lisbon cannot be read"),
            (&zone(BadZone::Ends), "Europe/Lisbon says nothing of the years to come; compile it with a newer zic"),
            (&zone(BadZone::LeapSeconds), "Europe/Lisbon counts leap seconds; use the folder without them"),
            (
                &BadZoneData::Outdated { found, built_in },
                "it is edition 2020a, and edition 2026a is built in: use a newer one, or none",
            ),
        ];
        for (error, sentence) in table {
            assert_eq!(error.sentence(), sentence);
        }
    }
}
