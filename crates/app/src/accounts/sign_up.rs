//! Sign up: creates an account with its first owner and opens a session for the owner.

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

#[derive(Debug, Clone)]
pub struct SignUp {
    /// Also the owner's user name.
    pub email_address: EmailAddress,
    /// The owner's name.
    pub name: Name,
    /// Already checked by [`Password::check_choice`].
    pub password: Password,
    pub account: NewAccount,
    /// The invitation whose link was followed, if any.
    pub invitation: Option<InvitationToken>,
}

#[derive(Debug, Clone)]
pub enum NewAccount {
    Developer {
        name: Name,
    },
    Business {
        name: Name,
        country: Country,
        zone: Zone,
        currency: Currency,
        /// The first is the default.
        languages: Languages,
    },
}

impl NewAccount {
    #[must_use]
    pub fn kind(&self) -> AccountKind {
        match self {
            Self::Developer { .. } => AccountKind::Developer,
            Self::Business { .. } => AccountKind::Business,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// A user signs in with this address already.
    #[error("the e-mail address is taken")]
    AddressTaken,
    /// This server does not open accounts of this kind by sign-up.
    #[error("accounts of this kind are not opened by signing up")]
    Closed,
    /// An invitation is required, and it is missing, used or expired.
    #[error("there is no invitation that works")]
    NotInvited,
    /// Too many sign-ups from one origin.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// Too many e-mails with links to this address, whoever requested them.
    #[error("too many mails to this address")]
    TooMuchMail(TooMany),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Creates the account and its owner, queues the e-mail that confirms the address, and opens a session.
pub async fn sign_up(app: &App, form: SignUp, from: Origin) -> Result<Opened, SignUpError> {
    let way = app.sign_up_rules().way(form.account.kind());
    let invitation = match way {
        Way::Closed => return Err(SignUpError::Closed),
        Way::Open => None,
        Way::Invited => Some(invitation::hash(app, form.invitation.as_ref().ok_or(SignUpError::NotInvited)?)),
    };
    throttle::take::<SignUpError>(app, &[Bucket::SignUp(from)]).await?;
    // Hashing takes long, so it is limited first, and done before the transaction.
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
            // Counted in this transaction: a sign-up that is refused sends no e-mail.
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
        // Two sign-ups with one address at the same moment may both have found it free; the unique index refuses one.
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

/// Writes an account and its first owner, and for a business an initial catalogue.
///
/// # Errors
/// [`StoreError::Unique`] when a user has the owner's address.
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
