//! The way to the mail server.

use lettre::message::{Mailbox, Message, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use slotkeeper_domain::email::EmailAddress;
use std::time::Duration;

/// How long one conversation with the mail server may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Starts in plain and must change to TLS before anything is said.
    StartTls,
    /// TLS from the first byte.
    Implicit,
    /// None: only for a mail server on the same machine.
    None,
}

/// Where mail is handed over.
pub struct MailServer {
    /// Name or address of the mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// User name and password, if it asks for them.
    pub login: Option<(String, String)>,
    /// How the connection is protected.
    pub tls: Tls,
    /// Who the mails are from, such as `Slotkeeper <no-reply@example.com>`.
    pub from: String,
}

/// Hands mails over.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// A mail was not handed over. The text says why and names nobody.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct NotSent(String);

impl Mailer {
    /// The way to this mail server. Nothing is connected yet.
    ///
    /// # Errors
    /// When the sender is not an address or TLS cannot be set up.
    pub fn new(server: &MailServer) -> anyhow::Result<Self> {
        let builder = match server.tls {
            Tls::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&server.host)?,
            Tls::Implicit => AsyncSmtpTransport::<Tokio1Executor>::relay(&server.host)?,
            Tls::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host),
        };
        let mut builder = builder.port(server.port).timeout(Some(PATIENCE));
        if let Some((user, password)) = &server.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self { transport: builder.build(), from: server.from.parse()? })
    }

    /// Hands one mail over. `id` makes the mail recognisable when it arrives twice.
    pub(crate) async fn send(
        &self,
        id: &str,
        recipient: &EmailAddress,
        subject: &str,
        text: &str,
    ) -> Result<(), NotSent> {
        let to =
            recipient.as_str().parse().map_err(|_| NotSent("the recipient's address cannot be used".to_owned()))?;
        let domain = self.from.email.domain();
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .message_id(Some(format!("<{id}@{domain}>")))
            // Names and links may hold anything: the text says that it is UTF-8, and how it is encoded.
            .singlepart(SinglePart::plain(text.to_owned()))
            .map_err(|_| NotSent("the mail cannot be put together".to_owned()))?;
        let sending = tokio::time::timeout(PATIENCE * 2, self.transport.send(message));
        match sending.await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(NotSent(reason(&error))),
            Err(_) => Err(NotSent("the mail server did not answer in time".to_owned())),
        }
    }
}

/// Why, in words that hold no address: what a mail server says often repeats the recipient's.
fn reason(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("the mail server refused the mail with code {code}"),
        None if error.is_timeout() => "the mail server did not answer in time".to_owned(),
        None if error.is_tls() => "no protected connection to the mail server could be made".to_owned(),
        None => "the mail server could not be reached or broke off".to_owned(),
    }
}
