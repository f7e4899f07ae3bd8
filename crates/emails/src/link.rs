//! Links in e-mails.

use std::fmt;
use std::str::FromStr;
use url::Url;

/// An absolute `http` or `https` address without user name and password, in ASCII, without spaces, quotation marks,
/// angle brackets and control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an http or https address")]
pub struct NotALink;

impl Link {
    /// Longest address in characters; some mail programs cut longer ones.
    pub const LONGEST: usize = 2_000;

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Link {
    type Err = NotALink;

    fn from_str(text: &str) -> Result<Self, NotALink> {
        let url = Url::parse(text).map_err(|_| NotALink)?;
        let without_credentials = url.username().is_empty() && url.password().is_none();
        // The URL standard allows some of these unescaped in a path, a query or a fragment.
        let plain: String = url.as_str().chars().map(percent_encoded).collect();
        let fits = matches!(url.scheme(), "http" | "https") && without_credentials && plain.len() <= Self::LONGEST;
        if fits { Ok(Self(plain)) } else { Err(NotALink) }
    }
}

/// Escapes a character at which mail programs would end the address in plain text.
fn percent_encoded(character: char) -> String {
    match character {
        '"' | '\'' | '<' | '>' | '`' | '\\' | '^' | '{' | '|' | '}' => format!("%{:02X}", u32::from(character)),
        _ => character.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_is_linked_to() {
        for right in ["https://example.com/b/1?x=1#y", "http://127.0.0.1:8080/b", "https://bücher.example/ä b"] {
            let link = right.parse::<Link>().expect(right);
            assert!(link.as_str().bytes().all(|byte| byte.is_ascii_graphic()), "{link}");
            assert_eq!(link.as_str().parse(), Ok(link));
        }
        for wrong in [
            "",
            "example.com",
            "/bookings/1",
            "javascript:alert(1)",
            "mailto:anna@example.com",
            "data:text/html,x",
            "ftp://example.com",
            "https://user@example.com/",
            "https://user:password@example.com/",
            &format!("https://example.com/{}", "x".repeat(2_000)),
        ] {
            assert_eq!(wrong.parse::<Link>(), Err(NotALink), "{wrong}");
        }
        let quoted = "https://example.com/?a='\"><script>".parse::<Link>().expect("an address");
        assert_eq!(quoted.as_str(), "https://example.com/?a=%27%22%3E%3Cscript%3E");
    }
}
