//! Statements: their text, and what each engine makes of it.

use std::borrow::Cow;
use std::fmt;

/// A statement. Only the macro `statements!` of this crate makes one, from literals, so that no value can be
/// spliced into a text and every statement is in a list that the tests prepare on both engines.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sql {
    text: &'static str,
    /// Whether the text has parts in braces.
    braces: bool,
}

impl Sql {
    /// For the macro alone.
    pub(crate) const fn of_literals(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        let mut braces = false;
        let mut at = 0;
        while at < bytes.len() {
            braces = braces || bytes[at] == b'{';
            at += 1;
        }
        Self { text, braces }
    }

    /// The text that stands for the statement in caches.
    pub(crate) fn key(self) -> &'static str {
        self.text
    }

    /// Whether it only reads. A `WITH` counts as reading: one that writes does not belong in this crate.
    pub(crate) fn only_reads(self) -> bool {
        let start = self.text.trim_start();
        start.starts_with("SELECT") || start.starts_with("WITH")
    }

    /// The text for SQLite: without the parts in braces.
    pub(crate) fn for_sqlite(self) -> Cow<'static, str> {
        if self.braces { Cow::Owned(translate(self.text, Engine::Sqlite)) } else { Cow::Borrowed(self.text) }
    }

    /// The text for PostgreSQL: the parts in braces without the braces, and `$1` for `?1`.
    pub(crate) fn for_postgres(self) -> String {
        translate(self.text, Engine::Postgres)
    }
}

impl fmt::Debug for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

/// Quoted text and quoted names stay as they are.
fn translate(text: &str, engine: Engine) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    let mut left_out = false;
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        if quote == Some(char) {
            quote = None;
        } else if quote.is_none() && (char == '\'' || char == '"') {
            quote = Some(char);
        } else if quote.is_none() && char == '{' {
            left_out = engine == Engine::Sqlite;
            continue;
        } else if quote.is_none() && char == '}' {
            left_out = false;
            continue;
        } else if quote.is_none()
            && char == '?'
            && engine == Engine::Postgres
            && rest.peek().is_some_and(char::is_ascii_digit)
        {
            out.push('$');
            continue;
        }
        if !left_out {
            out.push(char);
        }
    }
    out
}

/// Defines the statements of a module, and `ALL`, the list of them.
///
/// ```text
/// statements! {
///     /// The user, locked.
///     FIND = "SELECT name FROM \"user\" WHERE account_id = ?1 AND id = ?2 {FOR UPDATE}";
///     /// Columns that several statements name stand in a macro of the module.
///     LIST = concat!("SELECT ", columns!(), " FROM \"user\" WHERE account_id = ?1 ORDER BY id LIMIT ?2");
/// }
/// ```
///
/// Parameters are written `?1`, `?2`, …. What stands in braces is for PostgreSQL alone: locks, which SQLite does
/// not need because its writer is alone. After adding a module, name its list in `statements.rs`.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $(
            $(#[$doc])*
            const $name: $crate::sql::Sql = $crate::sql::Sql::of_literals($text);
        )*

        /// Every statement of this module, by name.
        #[cfg_attr(test, allow(dead_code, reason = "statements of the tests themselves are in no list"))]
        pub(crate) const ALL: &[(&str, $crate::sql::Sql)] = &[$((stringify!($name), $name)),*];
    };
}

pub(crate) use statements;

#[cfg(test)]
mod tests {
    statements! {
        PLAIN = "SELECT a FROM t WHERE b = ?1 AND c = ?12";
        LOCKING = "SELECT a FROM t WHERE b = ?1 {FOR UPDATE SKIP LOCKED}";
        QUOTED = "SELECT '{?1}', \"?2\" FROM t WHERE a ? 'b'";
        TOGETHER = concat!("DELETE FROM ", "t", " WHERE a = ?1");
    }

    #[test]
    fn each_engine_gets_the_text_it_understands() {
        assert_eq!(PLAIN.for_sqlite(), "SELECT a FROM t WHERE b = ?1 AND c = ?12");
        assert_eq!(PLAIN.for_postgres(), "SELECT a FROM t WHERE b = $1 AND c = $12");
        assert_eq!(LOCKING.for_sqlite(), "SELECT a FROM t WHERE b = ?1 ");
        assert_eq!(LOCKING.for_postgres(), "SELECT a FROM t WHERE b = $1 FOR UPDATE SKIP LOCKED");
        assert_eq!(QUOTED.for_postgres(), "SELECT '{?1}', \"?2\" FROM t WHERE a ? 'b'");
        assert_eq!(TOGETHER.for_sqlite(), "DELETE FROM t WHERE a = ?1");
        assert_eq!(TOGETHER.for_postgres(), "DELETE FROM t WHERE a = $1");
    }

    #[test]
    fn the_list_names_every_statement() {
        let names: Vec<_> = ALL.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["PLAIN", "LOCKING", "QUOTED", "TOGETHER"]);
    }

    #[test]
    fn what_only_reads_is_known_by_its_first_word() {
        assert!(PLAIN.only_reads() && LOCKING.only_reads() && !TOGETHER.only_reads());
    }
}
