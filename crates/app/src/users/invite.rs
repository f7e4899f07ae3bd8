//! Invite somebody to the account: they get a link to choose a password.

use super::list::MOST_USERS;
use crate::caller::Owner;
use crate::outbox::{self, AccountEmail};
use crate::throttle::{self, Bucket};
use crate::{App, random};
use slotkeeper_domain::account::{Name, Role};
use slotkeeper_domain::change::{Actor, Kind, Subject};
use slotkeeper_domain::email_address::EmailAddress;
use slotkeeper_domain::id::UserId;
use slotkeeper_domain::link::Purpose;
use slotkeeper_domain::throttle::TooMany;
use slotkeeper_store::tables::accounts;
use slotkeeper_store::tables::users::{self, User};
use slotkeeper_store::{StoreError, Tx};

/// Why somebody could not be invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// Somebody signs in with this address already, here or in another account.
    #[error("the e-mail address is taken")]
    AddressTaken,
    /// Owners are not invited.
    #[error("an owner cannot be invited")]
    Owner,
    /// The owner has not confirmed an e-mail address: nobody would know who invites.
    #[error("the owner's e-mail address is not confirmed")]
    Unconfirmed,
    /// The person declined an invitation to the account not long ago.
    #[error("the invitation was declined")]
    Declined,
    /// The account has as many people as it can have.
    #[error("the account is full")]
    Full,
    /// Too many mails to this address, or too many invitations from this account.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds a user without a password and sends the invitation.
///
/// # Errors
/// [`InviteError`].
pub async fn invite(
    app: &App,
    owner: &Owner,
    name: Name,
    address: EmailAddress,
    role: Role,
) -> Result<(), InviteError> {
    if role == Role::Owner {
        return Err(InviteError::Owner);
    }
    if owner.user.email_confirmed_at.is_none() {
        return Err(InviteError::Unconfirmed);
    }
    let to = address.as_str();
    let buckets = [Bucket::LinkMail(to), Bucket::LinkMailInADay(to), Bucket::Invite(&owner.account.id)];
    throttle::take::<InviteError>(app, &buckets).await?;
    let now = app.now();
    let user = User {
        account: owner.account.id.clone(),
        id: random::id(),
        email_address: address,
        name,
        role,
        password_hash: None,
        email_confirmed_at: None,
        created_at: now,
    };
    let (unit, owner) = (app.clone(), owner.clone());
    app.store()
        .write(move |tx| {
            if users::find_by_email(tx, &user.email_address)?.is_some() {
                return Err(InviteError::AddressTaken);
            }
            if throttle::declined(tx, &unit, &owner.account.id, user.email_address.as_str())? {
                return Err(InviteError::Declined);
            }
            accounts::lock(tx, &owner.account.id)?;
            if users::count(tx, &owner.account.id)? >= MOST_USERS {
                return Err(InviteError::Full);
            }
            add(tx, &owner.user.id, &user)?;
            let account_name = owner.account.name.clone();
            outbox::send_link(tx, &unit, &user, Purpose::AcceptInvitation, |links| {
                AccountEmail::invitation(&account_name, &owner.user.email_address, links.main, links.decline)
            })?;
            Ok(())
        })
        .await
        .map_err(|error| match error {
            InviteError::Store(error) if users::is_address_taken(&error) => InviteError::AddressTaken,
            other => other,
        })?;
    app.mail_waiting().notify_one();
    Ok(())
}

/// Writes a further user of an account, within a transaction.
///
/// # Errors
/// [`StoreError::Unique`] when the address is taken; otherwise when the store fails.
pub fn add(tx: &mut Tx, by: &UserId, user: &User) -> Result<(), StoreError> {
    users::insert(tx, user)?;
    let by = Actor::User(user.account.clone(), by.clone());
    tx.record(by.change(&user.account, user.created_at, Subject::user(&user.id), Kind::Created));
    Ok(())
}
