//! What the e-mails say.

use slotkeeper_domain::account::{ContactDetails, Country, Name};
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::permission::PermissionSet;
use slotkeeper_domain::secret::ApiKey;
use slotkeeper_domain::webhook::Topic;
use slotkeeper_store::tables::webhooks::Webhook;
use zeroize::Zeroizing;

/// A mail as plain text.
pub struct AccountEmail {
    /// The subject line; never a secret.
    pub subject: String,
    /// The text. It can hold links and keys.
    pub text: Zeroizing<String>,
}

/// What a developer is told of a business whose owner has confirmed an address.
pub struct BusinessIntroduction<'a> {
    /// What it is called.
    pub business: &'a Name,
    pub country: Option<Country>,
    /// How to reach it.
    pub contact: &'a ContactDetails,
    pub owner: &'a EmailAddress,
}

impl BusinessIntroduction<'_> {
    fn lines(&self) -> Vec<(&'static str, Option<String>)> {
        let contact = self.contact;
        vec![
            ("Business", Some(self.business.to_string())),
            ("Owner", Some(self.owner.to_string())),
            ("E-mail", contact.email_address.clone()),
            ("Phone", contact.phone_number.clone()),
            ("Website", contact.website_url.clone()),
            ("Address", contact.address1.clone()),
            ("Address, second line", contact.address2.clone()),
            ("City", contact.city.clone()),
            ("Postcode", contact.postcode.clone()),
            ("State", contact.state.clone()),
            ("Country", self.country.map(|country| country.as_str().to_owned())),
        ]
    }
}

impl AccountEmail {
    /// Asks somebody who signed up to confirm the address. It holds no word of whoever signed up, who may be a stranger to
    /// the address.
    #[must_use]
    pub fn confirm_email(link: &str) -> Self {
        Self::write(
            "Confirm your e-mail address",
            format!(
                "Hello,\n\n\
                 Somebody, probably you, opened an account with this address. Confirm that it is yours:\n\n{link}\n\n\
                 The link works once, for seven days; you may be asked to sign in. If it was not you, ignore this e-mail.\n"
            ),
        )
    }

    /// Lets somebody who forgot the password choose a new one. With the name of whoever has confirmed the address.
    #[must_use]
    pub fn reset_password(name: Option<&Name>, link: &str) -> Self {
        let hello = name.map_or_else(|| "Hello".to_owned(), |name| format!("Hello {name}"));
        Self::write(
            "Choose a new password",
            format!(
                "{hello},\n\n\
                 Somebody, probably you, asked for a new password. Choose one here:\n\n{link}\n\n\
                 The link works once, for one hour. If it was not you, ignore this e-mail: nothing changes.\n"
            ),
        )
    }

    /// Invites somebody to an account whose owner has confirmed this address, which says who invites.
    #[must_use]
    pub fn invitation(account: &Name, owner: &EmailAddress, link: &str, decline: &str) -> Self {
        Self::write(
            &format!("{account} invites you"),
            format!(
                "Hello,\n\n\
                 {account} works with Slotkeeper, and {owner} has added you. Choose a password to sign in:\n\n{link}\n\n\
                 The link works once, for seven days.\n\n\
                 If you do not want that, or do not know {owner}, decline. You will not be invited there again soon:\n\n\
                 {decline}\n"
            ),
        )
    }

    /// Tells the first owner of an account that the operator has opened it, and leads to the choice of a password.
    #[must_use]
    pub fn account_opened(account: &Name, link: &str) -> Self {
        Self::write(
            &format!("Your account for {account}"),
            format!(
                "Hello,\n\n\
                 An account for {account} has been opened for you. Choose a password to sign in:\n\n{link}\n\n\
                 The link works once, for seven days.\n"
            ),
        )
    }

    /// Tells a developer without a callback URL that an owner agreed: the key, and whom it is of. Of an owner who has not
    /// confirmed an address there is only the account.
    #[must_use]
    pub fn api_key(
        application: &Name,
        owner: Option<&BusinessIntroduction<'_>>,
        permissions: &PermissionSet,
        api_key: &ApiKey,
    ) -> Self {
        let business = owner.map_or_else(|| "A business".to_owned(), |owner| owner.business.to_string());
        let account = ("Account", api_key.account().map(|account| account.to_string()));
        let known = owner.map(BusinessIntroduction::lines).unwrap_or_default();
        let lines: Vec<String> = std::iter::once(account)
            .chain(known)
            .filter_map(|(label, value)| Some(format!("  {label}: {}", value?)))
            .collect();
        let note = match owner {
            Some(_) => "",
            None => "\n\nIts owner has not confirmed an e-mail address yet, so no name and no contact are given here.",
        };
        let permissions: Vec<_> = permissions.iter().map(|permission| format!("  {permission}")).collect();
        Self::write(
            &format!("{business} installed {application}"),
            format!(
                "{business} installed your application {application}.\n\n\
                 API key\n  {key}\n\n\
                 Permissions\n{permissions}\n\n\
                 Contact\n{contact}{note}\n\n\
                 Keep the key secret. Together with your application's secret key it gives access to this account, \
                 within these permissions.\n",
                key = api_key.expose(),
                permissions = permissions.join("\n"),
                contact = lines.join("\n"),
            ),
        )
    }

    /// Tells a developer that nothing more is delivered to a webhook, and what to do. The business is named if its owner has
    /// confirmed an address.
    #[must_use]
    pub fn webhook_blocked(application: &Name, business: Option<&Name>, webhook: &Webhook, reason: &str) -> Self {
        let Topic { domain, kind } = webhook.topic;
        let business = business.map_or_else(|| format!("account {}", webhook.account), ToString::to_string);
        Self::write(
            &format!("A webhook of {application} is blocked"),
            format!(
                "{application} wants to be told of {domain}/{kind} in {business}, at\n\n  {url}\n\n\
                 {reason}\n\n\
                 Nothing more is sent there. When the address works again, register the webhook anew, and fetch what has changed \
                 in the meantime.\n",
                domain = domain.as_str(),
                kind = kind.as_str(),
                url = webhook.url,
            ),
        )
    }

    /// Tells the people of a business that its clock is set by other rules, what moved with it, and what two things have now.
    #[must_use]
    pub fn clock_changed(business: &Name, zone: &str, moved: i64, conflicts: &[String]) -> Self {
        let moved = if moved == 1 { "1 booking or block".to_owned() } else { format!("{moved} bookings and blocks") };
        let conflicts = if conflicts.is_empty() {
            "Nothing is given twice by that.\n".to_owned()
        } else {
            let lines: Vec<String> = conflicts.iter().map(|line| format!("  {line}")).collect();
            format!(
                "By that, some of your resources are given twice. Both keep them, and nothing more of that time is given. Look at \
                 these, and move one of each:\n\n{}\n",
                lines.join("\n")
            )
        };
        Self::write(
            &format!("The clock of {business} is set by other rules"),
            format!(
                "The rules for the time zone {zone}, in which {business} is, have changed: on some days to come the clock shows \
                 another time than was known before.\n\n\
                 What was booked stays at the time on the clock that your customers know. {moved} moved with the clock, and \
                 calendars and connected applications are told. Customers get no e-mail, for to them nothing has changed; but an \
                 entry that they put into a calendar of their own may show another time from now on.\n\n{conflicts}",
            ),
        )
    }

    fn write(subject: &str, text: String) -> Self {
        Self { subject: subject.to_owned(), text: Zeroizing::new(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_mail_names_the_business_and_leaves_out_what_it_does_not_know() {
        let name: Name = "Harbour Lights".parse().expect("a name");
        let contact = ContactDetails { phone_number: Some("+351 21".into()), ..ContactDetails::default() };
        let permissions = PermissionSet::parse_list("availability_r").expect("permissions");
        let (country, owner) = ("PT".parse().ok(), "anna@example.com".parse().expect("an address"));
        let known = BusinessIntroduction { business: &name, country, contact: &contact, owner: &owner };
        let email = AccountEmail::api_key(&name, Some(&known), &permissions, &ApiKey::new("AKEY"));
        for part in ["  AKEY\n", "  availability_r\n", "Phone: +351 21", "Country: PT", "Owner: anna@example.com"] {
            assert!(email.text.contains(part), "{part} in {}", *email.text);
        }
        assert!(!email.text.contains("Website") && !email.subject.contains("AKEY"));
    }

    #[test]
    fn the_key_mail_repeats_no_word_of_an_unconfirmed_owner() {
        let application: Name = "Harbour Desk".parse().expect("a name");
        let permissions = PermissionSet::parse_list("availability_r").expect("permissions");
        let email = AccountEmail::api_key(&application, None, &permissions, &ApiKey::new("AKEY"));
        assert_eq!(email.subject, "A business installed Harbour Desk");
        assert!(email.text.contains("has not confirmed") && !email.text.contains("Business:"), "{}", *email.text);
    }
}
