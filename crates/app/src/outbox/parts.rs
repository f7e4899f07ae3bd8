//! What a mail is made of, sealed as long as it waits.

use crate::App;
use crate::secrets::{CannotOpen, Usage, Vault};
use serde::{Deserialize, Serialize};
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_emails::calendar::Method;
use slotkeeper_emails::{CalendarPart, HeaderText};
use slotkeeper_store::tables::outbox::OutboxEmail;
use zeroize::Zeroizing;

/// The body of a mail.
pub struct EmailContent {
    pub text: Zeroizing<String>,
    /// What there is besides; nothing of a mail that is only text.
    pub parts: Option<EmailParts>,
}

/// What a mail in the name of a business has besides its plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailParts {
    /// The same as HTML.
    pub html: String,
    /// An entry for the reader's calendar.
    pub calendar: Option<CalendarPart>,
    /// The name shown as the sender's; the address stays the server's.
    pub from_name: HeaderText,
    /// Where answers go; to the server's address if nothing is said.
    pub reply_to: Option<EmailAddress>,
}

impl EmailParts {
    pub(super) fn seal(&self, vault: &Vault) -> Result<Vec<u8>, serde_json::Error> {
        let calendar = self.calendar.as_ref().map(|part| (part.method.as_str().to_owned(), part.text.clone()));
        let written = SealedEmail {
            html: self.html.clone(),
            calendar,
            from_name: self.from_name.to_string(),
            reply_to: self.reply_to.as_ref().map(ToString::to_string),
        };
        Ok(vault.seal(Usage::MailParts, &Zeroizing::new(serde_json::to_string(&written)?)))
    }

    fn open(vault: &Vault, sealed: &[u8]) -> Result<Self, CannotOpen> {
        let text = vault.open(Usage::MailParts, sealed)?;
        let written: SealedEmail = serde_json::from_str(&text).map_err(|_| CannotOpen)?;
        let calendar = written.calendar.map(|(method, text)| {
            let known = [Method::Request, Method::Cancel, Method::Publish].into_iter();
            let method = known.into_iter().find(|known| known.as_str() == method).ok_or(CannotOpen)?;
            Ok(CalendarPart { method, text })
        });
        let reply_to = written.reply_to.map(|address| address.parse().map_err(|_| CannotOpen));
        Ok(Self {
            html: written.html,
            calendar: calendar.transpose()?,
            from_name: HeaderText::of(&written.from_name),
            reply_to: reply_to.transpose()?,
        })
    }
}

/// As it is sealed. A program of another version may open it, so members are only ever added, and may be missing.
#[derive(Serialize, Deserialize)]
struct SealedEmail {
    html: String,
    #[serde(default)]
    calendar: Option<(String, String)>,
    from_name: String,
    #[serde(default)]
    reply_to: Option<String>,
}

/// The body of a mail; absent when it was delivered and wiped.
///
/// # Errors
/// When it was sealed under another master key.
pub fn content(app: &App, email: &OutboxEmail) -> Result<Option<EmailContent>, CannotOpen> {
    let Some(sealed) = &email.sealed_body else { return Ok(None) };
    let text = app.vault().open(Usage::Mail, sealed)?;
    let parts = email.sealed_parts.as_deref().map(|sealed| EmailParts::open(app.vault(), sealed)).transpose()?;
    Ok(Some(EmailContent { text, parts }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_opened_again() {
        let vault = Vault::new([7; 32]);
        let calendar = CalendarPart { method: Method::Cancel, text: "BEGIN:VCALENDAR\r\n".to_owned() };
        let mut parts = EmailParts {
            html: "<p>Zoë</p>".to_owned(),
            calendar: Some(calendar),
            from_name: HeaderText::of("Böhm & Söhne"),
            reply_to: "hello@example.com".parse().ok(),
        };
        assert!(parts.reply_to.is_some());
        assert_eq!(EmailParts::open(&vault, &parts.seal(&vault).expect("sealed")), Ok(parts.clone()));
        (parts.calendar, parts.reply_to) = (None, None);
        let sealed = parts.seal(&vault).expect("sealed");
        assert_eq!(EmailParts::open(&vault, &sealed), Ok(parts));
        assert!(vault.open(Usage::Mail, &sealed).is_err(), "parts are not taken for a text");
    }
}
