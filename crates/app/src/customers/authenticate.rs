//! Check the password of a customer.

use super::rights::ReadCustomers;
use crate::App;
use crate::access::Access;
use crate::passwords::{Asker, PasswordError};
use crate::throttle::{self, Bucket};
use slotkeeper_domain::id::{ApplicationId, CustomerId};
use slotkeeper_domain::secret::Password;
use slotkeeper_domain::throttle::TooMany;
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::customers;

/// Why a customer is not known by a password.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// There is no such customer, or the key may not know of it.
    #[error("there is no such customer")]
    NoCustomer,
    /// It is not the customer's password, or the customer has none. Nobody is told which.
    #[error("wrong password")]
    Wrong,
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The password pool is full.
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks the password of a customer, through this application. Takes as long whether or not there is a customer, or a
/// password.
///
/// # Errors
/// [`AuthenticateError`].
pub async fn authenticate(
    app: &App,
    access: &Access<ReadCustomers>,
    application: &ApplicationId,
    id: CustomerId,
    password: Password,
) -> Result<(), AuthenticateError> {
    let account = access.account().id.clone();
    let (of, wanted, visibility) = (account.clone(), id.clone(), access.visibility().clone());
    let found = app.store().read(move |db| customers::password(db, &of, &wanted)).await?;
    let found = found.filter(|(creator, _)| visibility.shows(creator.as_ref()));
    // A try by somebody who may not know of the customer does not count against the customer.
    let of_customer = found.is_some().then_some(Bucket::CustomerPassword(&account, &id));
    let buckets: Vec<Bucket<'_>> =
        of_customer.into_iter().chain([Bucket::CustomerPasswords(&account, application)]).collect();
    throttle::take::<AuthenticateError>(app, &buckets).await?;
    let hash = found.as_ref().and_then(|(_, hash)| hash.clone());
    let matches = app.passwords().verify(Asker::Within(&account, Some(application)), hash, password).await?;
    if found.is_none() {
        return Err(AuthenticateError::NoCustomer);
    }
    if !matches {
        return Err(AuthenticateError::Wrong);
    }
    throttle::forgive(app, &[Bucket::CustomerPassword(&account, &id)]).await?;
    Ok(())
}
