//! Sign up: a new account with its first owner, who is signed in at once.

use super::invitation;
use crate::catalogue::begin::begin;
use crate::outbox::{self, AccountEmail};
use crate::passwords::{Asker, PasswordError};
use crate::sessions::sign_in::{self, Opened};
use crate::throttle::{self, Bucket, Origin};
use crate::{App, random};
use slotkeeper_domain::account::{AccountKind, Country, Currency, Language, Languages, Name, Role};
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::secret::{InvitationToken, Password};
use slotkeeper_domain::sign_up::Way;
use slotkeeper_domain::throttle::TooMany;
use slotkeeper_domain::time::Zone;
use slotkeeper_store::tables::accounts::{self, Account};
use slotkeeper_store::tables::catalogue;
use slotkeeper_store::tables::sign_up_invitations;
use slotkeeper_store::tables::users::{self, User};
use slotkeeper_store::{StoreError, Tx};

/// Who signs up, and with what kind of account.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// The owner's e-mail address: the user name.
    pub email_address: EmailAddress,
    /// What the owner is called.
    pub name: Name,
    /// The owner's password; already checked by [`Password::check_choice`].
    pub password: Password,
    pub account: NewAccount,
    /// The invitation that was followed, if any.
    pub invitation: Option<InvitationToken>,
}

/// What a new account is like.
#[derive(Debug, Clone)]
pub enum NewAccount {
    /// A developer's, who needs a name only.
    Developer {
        /// What the developer or the company is called.
        name: Name,
    },
    Business {
        /// What the business is called.
        name: Name,
        country: Country,
        zone: Zone,
        /// What it charges in.
        currency: Currency,
        /// The languages it offers, the default first.
        languages: Languages,
    },
}

impl NewAccount {
    /// What kind of account it is.
    #[must_use]
    pub fn kind(&self) -> AccountKind {
        match self {
            Self::Developer { .. } => AccountKind::Developer,
            Self::Business { .. } => AccountKind::Business,
        }
    }
}

/// Why somebody could not sign up.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// Somebody signs in with this address already.
    #[error("the e-mail address is taken")]
    AddressTaken,
    /// Nobody signs up for such an account here.
    #[error("accounts of this kind are not opened by signing up")]
    Closed,
    /// Such an account takes an invitation, and this one is missing, was used, or has expired.
    #[error("there is no invitation that works")]
    NotInvited,
    /// Too many accounts from one place.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// Too many mails to this address, whoever asked for them.
    #[error("too many mails to this address")]
    TooMuchMail(TooMany),
    /// The password pool is full.
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Creates an account and its owner, sends the mail that confirms the address, and opens a session.
///
/// # Errors
/// [`SignUpError`].
pub async fn sign_up(app: &App, form: SignUp, from: Origin) -> Result<Opened, SignUpError> {
    let way = app.sign_up_rules().way(form.account.kind());
    let invitation = match way {
        Way::Closed => return Err(SignUpError::Closed),
        Way::Open => None,
        Way::Invited => Some(invitation::hash(app, form.invitation.as_ref().ok_or(SignUpError::NotInvited)?)),
    };
    throttle::take::<SignUpError>(app, &[Bucket::SignUp(from)]).await?;
    let hash = app.passwords().hash(Asker::Stranger(from), form.password.clone()).await?;
    let now = app.now();
    let account = account(&form.account, now);
    let owner = User {
        account: account.id.clone(),
        id: random::id(),
        email_address: form.email_address,
        name: form.name,
        role: Role::Owner,
        password_hash: Some(hash),
        email_confirmed_at: None,
        created_at: now,
    };
    let unit = app.clone();
    let opened = app
        .store()
        .write(move |tx| {
            if users::find_by_email(tx, &owner.email_address)?.is_some() {
                return Err(SignUpError::AddressTaken);
            }
            if let Some(hash) = &invitation
                && !sign_up_invitations::consume(tx, hash, account.kind, now)?
            {
                return Err(SignUpError::NotInvited);
            }
            let address = owner.email_address.as_str();
            let emails = [Bucket::LinkMail(address), Bucket::LinkMailInADay(address)];
            match throttle::take_within(tx, &unit, &emails) {
                Err(SignUpError::TooMany(too_many)) => return Err(SignUpError::TooMuchMail(too_many)),
                taken => taken?,
            }
            create(tx, &account, &owner)?;
            outbox::send_link(tx, &unit, &owner, Purpose::ConfirmEmail, |links| {
                AccountEmail::confirm_email(links.main)
            })?;
            Ok(sign_in::open(tx, &unit, &owner)?)
        })
        .await
        // Two sign-ups with one address at the same moment: the directory let one through.
        .map_err(|error| match error {
            SignUpError::Store(error) if users::is_address_taken(&error) => SignUpError::AddressTaken,
            other => other,
        })?;
    app.mail_waiting().notify_one();
    Ok(opened)
}

fn account(new: &NewAccount, now: slotkeeper_domain::time::Instant) -> Account {
    let id = random::id();
    match new.clone() {
        NewAccount::Developer { name } => Account {
            id,
            kind: AccountKind::Developer,
            name,
            country: None,
            zone: Zone::utc(),
            currency: None,
            languages: Languages::only(Language::BRITISH_ENGLISH),
            created_at: now,
        },
        NewAccount::Business { name, country, zone, currency, languages } => Account {
            id,
            kind: AccountKind::Business,
            name,
            country: Some(country),
            zone,
            currency: Some(currency),
            languages,
            created_at: now,
        },
    }
}

/// Writes an account and its first owner, within a transaction, and what the catalogue of a business begins with.
///
/// # Errors
/// [`StoreError::Unique`] when the owner's address is taken; otherwise when the store fails.
pub fn create(tx: &mut Tx, account: &Account, owner: &User) -> Result<(), StoreError> {
    accounts::insert(tx, account)?;
    users::insert(tx, owner)?;
    if account.kind == AccountKind::Business {
        catalogue::put(tx, &account.id, &begin(&account.languages))?;
    }
    let by = Actor::User(account.id.clone(), owner.id.clone());
    for subject in [Subject::account(&account.id), Subject::user(&owner.id)] {
        tx.record(by.change(&account.id, account.created_at, subject, Kind::Created));
    }
    Ok(())
}
