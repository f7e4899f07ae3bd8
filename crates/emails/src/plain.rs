//! An e-mail as plain text.

use crate::compose::{EmailBlock, Imprint};
use crate::details::Row;
use crate::values::Value;

/// The text; lines end in `\n`. The imprint follows the line `-- `, which mail programs read as the start of the
/// signature.
pub(crate) fn write(blocks: &[EmailBlock], imprint: &Imprint) -> String {
    let mut text = String::new();
    for block in blocks {
        match block {
            EmailBlock::Paragraph(lines) => {
                for line in lines {
                    text.extend(line.iter().map(Value::as_str));
                    text.push('\n');
                }
            }
            EmailBlock::Details(rows) | EmailBlock::Prices(rows) => text.extend(rows.iter().map(row)),
            EmailBlock::Button { label, link } => text.push_str(&format!("{label}:\n{link}\n")),
        }
        text.push('\n');
    }
    text.push_str(&format!("-- \n{}\n", imprint.name));
    for line in imprint.lines.iter().map(String::as_str).chain(imprint.website.iter().map(|link| link.as_str())) {
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// One line for one value, otherwise an indented list. Mail programs use proportional fonts, so nothing is aligned.
fn row(row: &Row) -> String {
    match row.values.as_slice() {
        [value] => format!("{}: {value}\n", row.label),
        values => {
            let listed: String = values.iter().map(|value| format!("  {value}\n")).collect();
            format!("{}:\n{listed}", row.label)
        }
    }
}
