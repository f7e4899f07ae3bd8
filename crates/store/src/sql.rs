//! Statements: their texts, and the translation for each engine.

use std::borrow::Cow;
use std::fmt;

/// A statement. Only the macro `statements!` makes one, from literals: no value can be spliced into a text, and the
/// tests prepare every statement on both engines.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sql {
    text: &'static str,
    /// Whether the text has parts in braces.
    braces: bool,
}

impl Sql {
    /// For the macro `statements!` only.
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

    /// The key of the statement in caches.
    pub(crate) fn key(self) -> &'static str {
        self.text
    }

    /// Whether the statement only reads. `WITH` counts as reading; this crate has no `WITH` that writes.
    pub(crate) fn only_reads(self) -> bool {
        let start = self.text.trim_start();
        start.starts_with("SELECT") || start.starts_with("WITH")
    }

    /// The text without the parts in braces.
    pub(crate) fn for_sqlite(self) -> Cow<'static, str> {
        if self.braces { Cow::Owned(translate(self.text, Engine::Sqlite)) } else { Cow::Borrowed(self.text) }
    }

    /// The text with the parts in braces, and `$1` for `?1`.
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

/// Quoted text and quoted names are not changed.
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

/// Defines the statements of a module, and `ALL`, their list.
///
/// ```text
/// statements! {
///     /// Waits for transactions that change the user.
///     FIND = "SELECT name FROM \"user\" WHERE account_id = ?1 AND id = ?2 {FOR UPDATE}";
///     /// Columns that several statements read are in a macro of the module.
///     LIST = concat!("SELECT ", columns!(), " FROM \"user\" WHERE account_id = ?1 ORDER BY id LIMIT ?2");
/// }
/// ```
///
/// Parameters are `?1`, `?2`, …. Parts in braces are for PostgreSQL only, such as locks, which SQLite with its single
/// writer does not need. Add the list of a new module to `statements.rs`.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $(
            $(#[$doc])*
            const $name: $crate::sql::Sql = $crate::sql::Sql::of_literals($text);
        )*

        /// The statements of this module, by name.
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
