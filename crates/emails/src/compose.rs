//! The parts of an e-mail, from which plain text and HTML are written: subject, paragraphs, tables, buttons.

use crate::context::EmailContext;
use crate::details::{Row, details, prices};
use crate::format::address_lines;
use crate::kind::Audience;
use crate::language::Locale;
use crate::link::Link;
use crate::template::{Line, Piece, Placeholder, Template};
use crate::values::{Value, line, value, website};

/// A part of the body. None is empty.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum EmailBlock {
    Paragraph(Vec<Vec<Value>>),
    Details(Vec<Row>),
    Prices(Vec<Row>),
    Button { label: String, link: Link },
}

/// The end of every e-mail: the name of the business and how to reach it.
pub(crate) struct Imprint {
    pub name: String,
    /// Address, phone number, e-mail address and legal identifiers, as far as they are known.
    pub lines: Vec<String>,
    pub website: Option<Link>,
}

/// The subject. If a placeholder is empty, separators at both ends of the subject are removed with it.
pub(crate) fn subject(template: &Template, input: &EmailContext, locale: Locale) -> String {
    let values = filled(&template.subject, input, locale);
    let text: String = values.iter().map(Value::as_str).collect();
    if values.iter().any(Value::is_empty) {
        let separates =
            |character: char| character.is_whitespace() || matches!(character, ',' | ':' | ';' | '-' | '–' | '|');
        return text.trim_matches(separates).to_owned();
    }
    text
}

/// The parts of the body. A line whose placeholders are all empty is left out, and so is a paragraph without lines.
pub(crate) fn body(template: &Template, input: &EmailContext, locale: Locale) -> Vec<EmailBlock> {
    let mut blocks = Vec::new();
    for paragraph in &template.body {
        let mut lines = Vec::new();
        for written in paragraph {
            let Some(block) = block_of(written, template, input, locale) else {
                lines.extend(Some(filled(written, input, locale)).filter(|_| !is_left_out(written, input, locale)));
                continue;
            };
            if !lines.is_empty() {
                blocks.push(EmailBlock::Paragraph(std::mem::take(&mut lines)));
            }
            blocks.extend(block);
        }
        if !lines.is_empty() {
            blocks.push(EmailBlock::Paragraph(lines));
        }
    }
    blocks
}

pub(crate) fn imprint(input: &EmailContext) -> Imprint {
    let business = &input.business;
    let contact = &business.contact;
    let mut lines = address_lines(business);
    let others = [&contact.phone_number, &contact.email_address, &contact.legal_identifiers];
    lines.extend(others.into_iter().flatten().map(|text| line(text)).filter(|text| !text.is_empty()));
    Imprint { name: business.name.to_string(), lines, website: website(business) }
}

/// The part for a line that holds only a placeholder of several lines or the link: `Some(None)` if that has no value,
/// `None` for any other line.
fn block_of(written: &Line, template: &Template, input: &EmailContext, locale: Locale) -> Option<Option<EmailBlock>> {
    let mut pieces = written.iter().filter(|piece| !matches!(piece, Piece::Literal(text) if text.trim().is_empty()));
    let (Some(Piece::Value(placeholder)), None) = (pieces.next(), pieces.next()) else { return None };
    let kind = template.kind();
    match placeholder {
        Placeholder::Details => {
            Some(Some(details(kind, input, locale)).filter(|rows| !rows.is_empty()).map(EmailBlock::Details))
        }
        Placeholder::Prices => {
            Some(input.booking.costs.as_ref().map(|costs| EmailBlock::Prices(prices(costs, locale))))
        }
        Placeholder::Link => Some(input.booking.link.clone().map(|link| {
            let label = match kind.audience() {
                Audience::Customer => locale.say(|texts| texts.show_booking),
                Audience::Staff => locale.say(|texts| texts.open_booking),
            };
            EmailBlock::Button { label, link }
        })),
        _ => None,
    }
}

fn is_left_out(written: &Line, input: &EmailContext, locale: Locale) -> bool {
    let mut placeholders = written.iter().filter_map(|piece| match piece {
        Piece::Literal(_) => None,
        Piece::Value(placeholder) => Some(*placeholder),
    });
    let first = placeholders.next();
    let is_empty = |placeholder| value(placeholder, input, locale).is_empty();
    first.is_some_and(is_empty) && placeholders.all(is_empty)
}

fn filled(written: &Line, input: &EmailContext, locale: Locale) -> Vec<Value> {
    let fill = |piece: &Piece| match piece {
        Piece::Literal(text) => Value::Text(text.clone()),
        Piece::Value(placeholder) => value(*placeholder, input, locale),
    };
    written.iter().map(fill).collect()
}
