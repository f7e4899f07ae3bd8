//! The parser of templates.

use super::{Line, Part, Piece, Placeholder, SourcePosition, Template, TemplateSyntaxError};

/// Longest name of a placeholder, in characters.
const LONGEST_NAME: usize = 40;

/// Parses a subject.
pub(super) fn subject(text: &str) -> Result<Line, TemplateSyntaxError> {
    let text = text.trim();
    check_length(text, Part::Subject, Template::LONGEST_SUBJECT)?;
    if text.contains(['\n', '\r']) {
        return Err(TemplateSyntaxError::SubjectNotALine);
    }
    let mut line = Line::new();
    for found in Pieces::of(text, Part::Subject, 1) {
        let (piece, place) = found?;
        match piece {
            Piece::Value(placeholder) if placeholder.is_block() => {
                return Err(TemplateSyntaxError::NotAlone { placeholder, place });
            }
            piece => line.push(piece),
        }
    }
    Ok(line)
}

/// Parses a body into paragraphs.
pub(super) fn body(text: &str) -> Result<Vec<Vec<Line>>, TemplateSyntaxError> {
    check_length(text, Part::Body, Template::LONGEST_BODY)?;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut paragraphs = Vec::new();
    let mut paragraph = Vec::new();
    let mut used: Vec<Placeholder> = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        let line = line.trim_end();
        if line.is_empty() {
            if !paragraph.is_empty() {
                paragraphs.push(std::mem::take(&mut paragraph));
            }
            continue;
        }
        let mut pieces = Line::new();
        for found in Pieces::of(line, Part::Body, index + 1) {
            let (piece, place) = found?;
            if let Piece::Value(placeholder) = piece {
                if placeholder.is_block() && line.trim() != format!("{{{placeholder}}}") {
                    return Err(TemplateSyntaxError::NotAlone { placeholder, place });
                }
                if placeholder.is_block() && used.contains(&placeholder) {
                    return Err(TemplateSyntaxError::Twice { placeholder, place });
                }
                used.push(placeholder);
            }
            pieces.push(piece);
        }
        paragraph.push(pieces);
    }
    if used.len() > Template::MOST_PLACEHOLDERS {
        return Err(TemplateSyntaxError::TooMany);
    }
    if !paragraph.is_empty() {
        paragraphs.push(paragraph);
    }
    Ok(paragraphs)
}

fn check_length(text: &str, part: Part, most: usize) -> Result<(), TemplateSyntaxError> {
    if text.chars().nth(most).is_some() {
        return Err(TemplateSyntaxError::TooLong { part, most });
    }
    if text.trim().is_empty() { Err(TemplateSyntaxError::Empty(part)) } else { Ok(()) }
}

/// The pieces of a line with their positions.
struct Pieces<'a> {
    rest: &'a str,
    place: SourcePosition,
}

impl<'a> Pieces<'a> {
    fn of(line: &'a str, part: Part, number: usize) -> Self {
        Self { rest: line, place: SourcePosition { part, line: number, column: 1 } }
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        self.place.column += taken.chars().count();
        taken
    }
}

impl Iterator for Pieces<'_> {
    type Item = Result<(Piece, SourcePosition), TemplateSyntaxError>;

    fn next(&mut self) -> Option<Self::Item> {
        let place = self.place;
        if let Some(name) = name_at_the_start(self.rest) {
            self.take(name.len() + 2);
            let known = Placeholder::named(name).map(|placeholder| (Piece::Value(placeholder), place));
            return Some(known.ok_or_else(|| TemplateSyntaxError::Unknown { name: name.to_owned(), place }));
        }
        let braces = self.rest.match_indices('{').map(|(at, _)| at);
        let end = braces.into_iter().find(|at| name_at_the_start(&self.rest[*at..]).is_some());
        let literal = self.take(end.unwrap_or(self.rest.len()));
        // Tabs become spaces; other control characters in pasted text are left out.
        let printable = |character: char| if character == '\t' { ' ' } else { character };
        let literal: String = literal.chars().map(printable).filter(|character| !character.is_control()).collect();
        if literal.is_empty() && self.rest.is_empty() { None } else { Some(Ok((Piece::Literal(literal), place))) }
    }
}

/// The name in braces at the start of the text, if it has the form of a placeholder's name.
fn name_at_the_start(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('{')?.split_once('}')?;
    let in_names = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (!name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(in_names)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EmailKind, TemplateSource};
    use proptest::prelude::*;

    fn parse(subject: &str, body: &str) -> Result<Template, TemplateSyntaxError> {
        let text = TemplateSource { subject: subject.to_owned(), body: body.to_owned() };
        Template::parse(EmailKind::Confirmation, &text)
    }

    fn literal(text: &str) -> Piece {
        Piece::Literal(text.to_owned())
    }

    #[test]
    fn a_body_is_paragraphs_of_lines() {
        let template = parse(" Hello {product} ", "\nA\r\n{link}\n\n\n \nB {when}!\n").expect("a template");
        assert_eq!(template.subject, [literal("Hello "), Piece::Value(Placeholder::Product)]);
        let paragraphs = [
            vec![vec![literal("A")], vec![Piece::Value(Placeholder::Link)]],
            vec![vec![literal("B "), Piece::Value(Placeholder::When), literal("!")]],
        ];
        assert_eq!(template.body, paragraphs);
    }

    #[test]
    fn what_is_no_placeholder_stands_for_itself() {
        for text in
            ["{", "}", "{}", "{ product }", "{a b}", "a {b", "{ü}", "{{}}", "{$x}", &format!("{{{}}}", "x".repeat(41))]
        {
            let template = parse("x", text).expect(text);
            assert_eq!(template.body, [[[literal(text)]]], "{text}");
        }
        let nested = parse("x", "{{product}}").expect("a template");
        assert_eq!(nested.body, [[[literal("{"), Piece::Value(Placeholder::Product), literal("}")]]]);
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        let long = "x".repeat(Template::LONGEST_BODY + 1);
        let many = "{product}".repeat(Template::MOST_PLACEHOLDERS + 1);
        for (subject, body, message) in [
            ("x", "Hi\n\nä {prodct}", "There is no placeholder {prodct} (text, line 3, character 3)."),
            ("x", "{Product}", "There is no placeholder {Product} (text, line 1, character 1)."),
            ("a {product-name}", "x", "There is no placeholder {product-name} (subject, character 3)."),
            ("x", "See {details}", "The placeholder {details} needs a line of its own (text, line 1, character 5)."),
            ("{prices}", "x", "The placeholder {prices} needs a line of its own (subject, character 1)."),
            ("x", "{details}\n{details}", "The placeholder {details} can be there once (text, line 2, character 1)."),
            (" ", "x", "The subject is empty."),
            ("x", "\n \n", "The text is empty."),
            ("a\nb", "x", "The subject must be one line."),
            ("x", &long, "The text can have 10000 characters at most."),
            (&"x".repeat(201), "x", "The subject can have 200 characters at most."),
            ("x", &many, "There can be 50 placeholders at most."),
        ] {
            assert_eq!(parse(subject, body).map_err(|error| error.to_string()), Err(message.to_owned()));
        }
    }

    #[test]
    fn every_placeholder_is_known_by_its_name() {
        for placeholder in Placeholder::ALL {
            assert_eq!(Placeholder::named(placeholder.as_str()), Some(*placeholder));
            assert!(parse("x", &format!("{{{placeholder}}}")).is_ok(), "{placeholder}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(subject in any::<String>(), body in "[a-z{}_\n\r\t ü]{0,200}") {
            let _ = parse(&subject, &body);
        }

        /// A line without placeholders is kept as it is, except for blanks at its end.
        #[test]
        fn a_line_without_placeholders_stays(line in "[^{\\p{C}\\s]{1,50}") {
            let template = parse("x", &line).expect("a template");
            prop_assert_eq!(template.body, [[[literal(&line)]]]);
        }
    }
}
