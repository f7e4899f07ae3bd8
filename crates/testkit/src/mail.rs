//! Messages decoded as an e-mail program shows them.

/// A message as the mail server received it.
#[derive(Debug, Clone)]
pub struct Message {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Headers and body, byte for byte.
    pub raw: Vec<u8>,
}

impl Message {
    /// The first header of that name, unfolded and decoded.
    pub fn header(&self, name: &str) -> Option<String> {
        Part::of(&self.raw).header(name)
    }

    pub fn subject(&self) -> String {
        self.header("Subject").unwrap_or_default()
    }

    /// The body, or its first `text/plain` part.
    pub fn text(&self) -> String {
        Part::of(&self.raw).text("text/plain").unwrap_or_default()
    }

    /// The first `text/html` part of the body.
    pub fn html(&self) -> Option<String> {
        Part::of(&self.raw).text("text/html")
    }

    /// Every web address in the text, in order.
    pub fn links(&self) -> Vec<String> {
        self.text()
            .split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"'))
            .filter(|word| word.starts_with("http://") || word.starts_with("https://"))
            .map(|word| word.trim_end_matches(['.', ',']).to_owned())
            .collect()
    }
}

/// Headers and a body: a message, or one part of it.
struct Part {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Part {
    fn of(raw: &[u8]) -> Self {
        let (head, body) = match raw.windows(4).position(|window| window == b"\r\n\r\n") {
            Some(end) => (&raw[..end], &raw[end + 4..]),
            None => (raw, &[][..]),
        };
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in String::from_utf8_lossy(head).lines() {
            match (line.starts_with([' ', '\t']), headers.last_mut(), line.split_once(':')) {
                (true, Some((_, value)), _) => value.push_str(line),
                (_, _, Some((name, value))) => headers.push((name.to_owned(), value.trim().to_owned())),
                _ => {}
            }
        }
        Self { headers, body: body.to_vec() }
    }

    fn header(&self, name: &str) -> Option<String> {
        let (_, value) = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        Some(decode_words(value))
    }

    fn text(&self, wanted: &str) -> Option<String> {
        let kind = self.header("Content-Type").unwrap_or_else(|| "text/plain".to_owned());
        if let Some((_, rest)) = kind.split_once("boundary=") {
            let boundary = format!("--{}", rest.split(';').next()?.trim().trim_matches('"'));
            let body = String::from_utf8_lossy(&self.body);
            // The text before the first boundary is ignored; the last boundary ends in two dashes.
            let parts = body.split(&boundary).skip(1).map(|part| part.trim_start_matches("\r\n"));
            return parts
                .filter(|part| !part.starts_with("--"))
                .find_map(|part| Self::of(part.as_bytes()).text(wanted));
        }
        if !kind.to_ascii_lowercase().starts_with(wanted) {
            return None;
        }
        let decoded = match self.header("Content-Transfer-Encoding").unwrap_or_default().to_ascii_lowercase().as_str() {
            "quoted-printable" => decode_quoted_printable(&self.body),
            "base64" => decode_base64(&String::from_utf8_lossy(&self.body)),
            _ => self.body.clone(),
        };
        Some(String::from_utf8_lossy(&decoded).replace("\r\n", "\n"))
    }
}

/// Decodes `=?utf-8?b?…?=` and `=?utf-8?q?…?=` in a header (RFC 2047).
fn decode_words(value: &str) -> String {
    let mut readable = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some((before, (word, after))) = rest.split_once("=?").and_then(|(before, tail)| {
        let mut parts = tail.splitn(3, '?');
        let (_charset, encoding, tail) = (parts.next()?, parts.next()?, parts.next()?);
        let (coded, after) = tail.split_once("?=")?;
        let bytes = match encoding {
            "b" | "B" => decode_base64(coded),
            _ => decode_quoted_printable(coded.replace('_', " ").as_bytes()),
        };
        Some((before, (String::from_utf8_lossy(&bytes).into_owned(), after)))
    }) {
        // The space between two encoded words is not part of the text.
        if !(after_word && before.trim().is_empty()) {
            readable.push_str(before);
        }
        readable.push_str(&word);
        (rest, after_word) = (after, true);
    }
    readable + rest
}

fn decode_quoted_printable(coded: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(coded.len());
    let mut rest = coded;
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        rest = match (byte, hex, hex.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            // A soft line break.
            (b'=', Some("\r\n"), _) => &tail[2..],
            (b'=', _, Some(value)) => {
                decoded.push(value);
                &tail[2..]
            }
            _ => {
                decoded.push(byte);
                tail
            }
        };
    }
    decoded
}

/// Decodes base64, ignoring other characters.
pub(crate) fn decode_base64(coded: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut decoded = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for (digit, _) in coded.bytes().filter_map(|byte| (0_u32..).zip(DIGITS).find(|(_, other)| **other == byte)) {
        bits = bits << 6 | digit;
        count += 6;
        if count >= 8 {
            count -= 8;
            let [.., byte] = (bits >> count).to_be_bytes();
            decoded.push(byte);
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_every_length() {
        for (coded, plain) in [("", ""), ("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9v\r\nYmE=", "fooba")] {
            assert_eq!(decode_base64(coded), plain.as_bytes());
        }
    }

    #[test]
    fn quoted_printable_joins_lines_and_leaves_a_stray_sign_alone() {
        assert_eq!(decode_quoted_printable(b"a=3Db=\r\nc =C3=A9 =zz"), "a=bc é =zz".as_bytes());
    }

    #[test]
    fn headers_are_unfolded_and_decoded() {
        let raw = "Subject: =?utf-8?b?R3LDvMOf?=\r\n =?utf-8?q?e_aus?= Bern\r\nTo: a@b.example\r\n\r\nHello".as_bytes();
        let message = Message { from: String::new(), to: Vec::new(), raw: raw.to_vec() };
        assert_eq!(message.subject(), "Grüße aus Bern");
        assert_eq!(message.header("to").as_deref(), Some("a@b.example"));
        assert_eq!(message.text(), "Hello");
    }

    #[test]
    fn the_plain_part_is_found() {
        let raw = "Content-Type: multipart/alternative; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>\r\n\
                   --x\r\nContent-Type: text/plain\r\n\r\nSee https://a.example/b?c=d.\r\n--x--\r\n";
        let message = Message { from: String::new(), to: Vec::new(), raw: raw.into() };
        assert_eq!(message.links(), ["https://a.example/b?c=d"]);
        assert_eq!(message.html().as_deref().map(str::trim), Some("<p>"));
    }
}
