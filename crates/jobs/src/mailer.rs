//! The connection to the mail server, and how an e-mail is put together.

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use slotkeeper_app::outbox::EmailContent;
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_emails::HeaderText;
use slotkeeper_outgoing::descriptors;
use std::time::Duration;

/// Time limit of a step of the SMTP dialogue.
const SMTP_TIMEOUT: Duration = Duration::from_secs(30);

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Starts unencrypted and must change to TLS before anything is sent.
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// Unencrypted: only for a mail server on the same machine.
    None,
}

/// The configured mail server.
pub struct MailServer {
    /// Name or IP address.
    pub host: String,
    pub port: u16,
    /// User name and password.
    pub login: Option<(String, String)>,
    pub tls: Tls,
    /// The sender of e-mails, such as `Slotkeeper <no-reply@example.com>`.
    pub from: String,
}

#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why an e-mail was not handed over. The text contains no names or addresses.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{why}")]
pub struct NotSent {
    why: String,
    fault: Fault,
}

/// What the failure means for further attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Transient,
    Permanent,
    /// Not attempted: this server had no file descriptor left.
    NoDescriptor,
}

impl NotSent {
    pub(crate) fn transient(why: impl Into<String>) -> Self {
        Self { why: why.into(), fault: Fault::Transient }
    }

    pub(crate) fn permanent(why: impl Into<String>) -> Self {
        Self { why: why.into(), fault: Fault::Permanent }
    }

    /// Whether no further attempt can succeed.
    pub(crate) fn is_permanent(&self) -> bool {
        self.fault == Fault::Permanent
    }

    /// Whether this server could not try, which does not count as an attempt.
    pub(crate) fn was_not_attempted(&self) -> bool {
        self.fault == Fault::NoDescriptor
    }

    fn no_descriptor() -> Self {
        Self { why: "this server had no file descriptor left".to_owned(), fault: Fault::NoDescriptor }
    }
}

impl Mailer {
    /// The longest that [`send`](Self::send) takes.
    pub(crate) const MAX_SEND_TIME: Duration = Duration::from_secs(2 * SMTP_TIMEOUT.as_secs());

    /// Does not connect yet.
    ///
    /// # Errors
    /// If the sender is not an address or TLS cannot be set up.
    pub fn new(server: &MailServer) -> anyhow::Result<Self> {
        let builder = match server.tls {
            Tls::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&server.host)?,
            Tls::Implicit => AsyncSmtpTransport::<Tokio1Executor>::relay(&server.host)?,
            Tls::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host),
        };
        let mut builder = builder.port(server.port).timeout(Some(SMTP_TIMEOUT));
        if let Some((user, password)) = &server.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self { transport: builder.build(), from: server.from.parse()? })
    }

    /// Hands one e-mail over. `id` becomes the Message-ID, by which a duplicate can be recognised.
    pub(crate) async fn send(
        &self,
        id: &str,
        recipient: &EmailAddress,
        subject: &HeaderText,
        content: &EmailContent,
    ) -> Result<(), NotSent> {
        let message = self.message(id, recipient, subject, content)?;
        let sending = async {
            match self.transport.send(message).await {
                Ok(_) => Ok(()),
                Err(error) if self.is_permanent_refusal(&error).await => Err(NotSent::permanent(reason(&error))),
                Err(error) if error.status().is_none() && descriptors::was_none_left(&error) => {
                    Err(NotSent::no_descriptor())
                }
                Err(error) => Err(NotSent::transient(reason(&error))),
            }
        };
        let in_time = tokio::time::timeout(Self::MAX_SEND_TIME, sending).await;
        in_time.unwrap_or_else(|_| Err(NotSent::transient("the mail server did not answer in time")))
    }

    /// Whether the mail server refuses this e-mail for good. Codes from 550 on concern the recipient and the e-mail
    /// (RFC 5321, section 4.2.1); the other 5xx codes concern the connection, such as a wrong password, which the
    /// operator can correct. A server that accepts no e-mail from us also answers 554, but already to the connection.
    async fn is_permanent_refusal(&self, error: &lettre::transport::smtp::Error) -> bool {
        let about_email = error.status().is_some_and(|code| (550..=559).contains(&u16::from(code)));
        about_email && self.transport.test_connection().await.unwrap_or(false)
    }

    /// The MIME message: the text alone or, in the name of a business, text, HTML and calendar part, of which mail
    /// programs show the last that they support.
    fn message(
        &self,
        id: &str,
        recipient: &EmailAddress,
        subject: &HeaderText,
        content: &EmailContent,
    ) -> Result<Message, NotSent> {
        let built = || NotSent::permanent("the mail cannot be put together");
        let mailbox = |address: &EmailAddress, what: &str| {
            let address = address.as_str().parse();
            address
                .map(|address| Mailbox::new(None, address))
                .map_err(|_| NotSent::permanent(format!("the {what}'s address cannot be used")))
        };
        let from = match &content.parts {
            Some(parts) => Mailbox::new(Some(parts.from_name.to_string()), self.from.email.clone()),
            None => self.from.clone(),
        };
        let mut builder = Message::builder()
            .from(from)
            .to(mailbox(recipient, "recipient")?)
            .subject(subject.as_str())
            .header(AutoSubmitted)
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())));
        // Names and links may contain any character: the part declares UTF-8 and its transfer encoding.
        let text = SinglePart::plain(content.text.to_string());
        let Some(parts) = &content.parts else { return builder.singlepart(text).map_err(|_| built()) };
        if let Some(address) = &parts.reply_to {
            builder = builder.reply_to(mailbox(address, "business")?);
        }
        let mut body = MultiPart::alternative().singlepart(text).singlepart(SinglePart::html(parts.html.clone()));
        if let Some(calendar) = &parts.calendar {
            let kind = ContentType::parse(&calendar.content_type()).map_err(|_| built())?;
            body = body.singlepart(SinglePart::builder().header(kind).body(calendar.text.clone()));
        }
        builder.multipart(body).map_err(|_| built())
    }
}

/// Marks the e-mail as generated, so that out-of-office programs do not reply (RFC 3834, section 5).
#[derive(Debug, Clone, Copy)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The address of a sender such as `Slotkeeper <no-reply@example.com>`, if it can receive replies from anywhere.
#[must_use]
pub fn address_in(from: &str) -> Option<EmailAddress> {
    let mailbox: Mailbox = from.parse().ok()?;
    mailbox.email.to_string().parse().ok()
}

/// The reason without addresses: the answer of a mail server often repeats the recipient's.
fn reason(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("the mail server refused the mail with code {code}"),
        None if error.is_timeout() => "the mail server did not answer in time".to_owned(),
        None if error.is_tls() => "no protected connection to the mail server could be made".to_owned(),
        None => "the mail server could not be reached or broke off".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slotkeeper_app::outbox::EmailParts;
    use slotkeeper_emails::CalendarPart;
    use slotkeeper_emails::calendar::Method;

    fn raw(subject: &str, name: &str, calendar: Option<CalendarPart>) -> String {
        let server = MailServer {
            host: "127.0.0.1".to_owned(),
            port: 25,
            login: None,
            tls: Tls::None,
            from: "Slotkeeper <no-reply@example.com>".to_owned(),
        };
        let parts = EmailParts {
            html: "<p>Grüße</p>".to_owned(),
            calendar,
            from_name: HeaderText::of(name),
            reply_to: "desk@example.net".parse().ok(),
        };
        let content = EmailContent { text: "Grüße\n".to_owned().into(), parts: Some(parts) };
        let (mailer, recipient) =
            (Mailer::new(&server).expect("a mailer"), "marta@example.org".parse().expect("an address"));
        let message = mailer.message("M1", &recipient, &HeaderText::of(subject), &content).expect("a message");
        String::from_utf8(message.formatted()).expect("ASCII on the wire")
    }

    #[tokio::test]
    async fn text_comes_first_and_the_calendar_last() {
        let calendar =
            CalendarPart { method: Method::Request, text: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned() };
        let raw = raw("Tour", "Harbour Lights", Some(calendar));
        let kinds = raw.lines().filter(|line| line.starts_with("Content-Type: ")).collect::<Vec<_>>();
        assert!(kinds[0].starts_with("Content-Type: multipart/alternative;"), "{kinds:?}");
        assert_eq!(
            kinds[1..],
            [
                "Content-Type: text/plain; charset=utf-8",
                "Content-Type: text/html; charset=utf-8",
                "Content-Type: text/calendar; charset=utf-8; method=REQUEST",
            ]
        );
        assert!(raw.contains("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"), "{raw}");
        for header in ["From: \"Harbour Lights\" <no-reply@example.com>\r\n", "Reply-To: desk@example.net\r\n"] {
            assert!(raw.contains(header), "{header} in {raw}");
        }
    }

    #[tokio::test]
    async fn nothing_becomes_a_header() {
        let raw =
            raw("Tour\r\nBcc: eve@example.com\r\n\r\nHello", "Eve\" <eve@example.com>,\r\nBcc: eve@example.com", None);
        let head = raw.split("\r\n\r\n").next().expect("headers");
        let names = head.lines().filter(|line| !line.starts_with([' ', '\t'])).filter_map(|line| line.split_once(':'));
        let mut names: Vec<_> = names.map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.sort();
        assert_eq!(
            names,
            [
                "auto-submitted",
                "content-type",
                "date",
                "from",
                "message-id",
                "mime-version",
                "reply-to",
                "subject",
                "to"
            ],
            "{raw}"
        );
    }
}
