//! The translation of a migration's text for each engine.
//!
//! SQLite: BIGINT and BOOLEAN become INTEGER, and every table becomes STRICT, so that column types are enforced as on
//! PostgreSQL. PostgreSQL: BLOB becomes BYTEA, and TEXT columns compare by bytes as on SQLite, so that both sort alike
//! and an index serves prefixes. Comments, quoted text and quoted names are not changed.

pub(super) fn for_sqlite(text: &str) -> String {
    let mut out = String::new();
    let mut creates_table = Creates::Nothing;
    for token in tokens(text) {
        creates_table = creates_table.after(token);
        match token {
            Token::Word("BIGINT" | "BOOLEAN") => out.push_str("INTEGER"),
            Token::Other(";") if creates_table == Creates::Table => {
                out.push_str(" STRICT;");
                creates_table = Creates::Nothing;
            }
            Token::Other(";") => {
                out.push(';');
                creates_table = Creates::Nothing;
            }
            Token::Word(text) | Token::Quiet(text) | Token::Other(text) => out.push_str(text),
        }
    }
    if creates_table == Creates::Table {
        out.push_str(" STRICT");
    }
    out
}

pub(super) fn for_postgres(text: &str) -> String {
    let mut out = String::new();
    let mut cast = false;
    for token in tokens(text) {
        match token {
            Token::Word("BLOB") => out.push_str("BYTEA"),
            // In `CAST(… AS TEXT)` it is not the type of a column.
            Token::Word("TEXT") if !cast => out.push_str("TEXT COLLATE \"C\""),
            Token::Word(text) | Token::Quiet(text) | Token::Other(text) => out.push_str(text),
        }
        if let Token::Word(word) = token {
            cast = word == "AS";
        }
    }
    out
}

/// How much of `CREATE TABLE` the current statement has matched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Creates {
    Nothing,
    Something,
    Table,
    Other,
}

impl Creates {
    fn after(self, token: Token<'_>) -> Self {
        match (self, token) {
            (Self::Nothing, Token::Word("CREATE")) => Self::Something,
            (Self::Something, Token::Word("TABLE")) => Self::Table,
            (Self::Nothing | Self::Something, Token::Word(_)) => Self::Other,
            (same, _) => same,
        }
    }
}

#[derive(Clone, Copy)]
enum Token<'a> {
    /// Letters, digits and underscores.
    Word(&'a str),
    /// A comment, or something in quotes.
    Quiet(&'a str),
    Other(&'a str),
}

fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_word = |char: char| char.is_alphanumeric() || char == '_';
        let after_quote = |quote: char| rest[1..].find(quote).map_or(rest.len(), |at| at + 2);
        let length = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '\'' || first == '"' {
            after_quote(first)
        } else if is_word(first) {
            rest.find(|char| !is_word(char)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, tail) = rest.split_at(length);
        rest = tail;
        Some(match first {
            _ if is_word(first) => Token::Word(token),
            _ if token.len() > first.len_utf8() => Token::Quiet(token),
            _ => Token::Other(token),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "-- A BIGINT; of TEXT\nCREATE TABLE \"user\" (a BIGINT, b BOOLEAN, c TEXT DEFAULT 'BLOB;', d BLOB);\n\
                        CREATE INDEX TABLE_by_a ON t (a); UPDATE t SET a = CAST(b AS TEXT);";

    #[test]
    fn sqlite_gets_integers_and_strict_tables() {
        assert_eq!(
            for_sqlite(TEXT),
            "-- A BIGINT; of TEXT\nCREATE TABLE \"user\" (a INTEGER, b INTEGER, c TEXT DEFAULT 'BLOB;', d BLOB) STRICT;\n\
             CREATE INDEX TABLE_by_a ON t (a); UPDATE t SET a = CAST(b AS TEXT);"
        );
        assert_eq!(for_sqlite("CREATE TABLE t (a TEXT)"), "CREATE TABLE t (a TEXT) STRICT");
    }

    #[test]
    fn postgres_gets_bytes_and_texts_that_compare_by_bytes() {
        assert_eq!(
            for_postgres(TEXT),
            "-- A BIGINT; of TEXT\nCREATE TABLE \"user\" (a BIGINT, b BOOLEAN, c TEXT COLLATE \"C\" DEFAULT 'BLOB;', d BYTEA);\n\
             CREATE INDEX TABLE_by_a ON t (a); UPDATE t SET a = CAST(b AS TEXT);"
        );
    }
}
