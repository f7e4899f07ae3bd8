//! Ids in paths. One that cannot be an id is answered exactly like one that does not exist.

use crate::error::ApiError;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::id::{
    AccountId, CustomerId, HoldId, LinkedPersonId, PaymentId, ResourceBlockId, SeatBlockId, WebhookId,
};
use std::str::FromStr;

/// What can stand in a path as an id.
pub trait PathId: FromStr {
    /// What has such an id, in the words of an error: `booking`.
    const WHAT: &'static str;
}

/// The only accounts that paths name are subaccounts of a portal.
impl PathId for AccountId {
    const WHAT: &'static str = "subaccount";
}

impl PathId for CustomerId {
    const WHAT: &'static str = "customer";
}

impl PathId for BookingNumber {
    const WHAT: &'static str = "booking";
}

impl PathId for HoldId {
    const WHAT: &'static str = "hold";
}

impl PathId for LinkedPersonId {
    const WHAT: &'static str = "person";
}

impl PathId for PaymentId {
    const WHAT: &'static str = "payment";
}

impl PathId for SeatBlockId {
    const WHAT: &'static str = "seat block";
}

impl PathId for ResourceBlockId {
    const WHAT: &'static str = "resource block";
}

impl PathId for WebhookId {
    const WHAT: &'static str = "webhook";
}

/// The first id of the path. Refuses with [`ApiError::absent`] what is no id.
#[derive(Debug, Clone)]
pub struct Id<T>(pub T);

/// The two ids of the path. Refuses with [`ApiError::absent`] of the first one that is no id.
#[derive(Debug, Clone)]
pub struct Ids<A, B>(pub A, pub B);

impl<T: PathId, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Ok(Self(read(&values::<T, S>(parts, state).await?, 0)?))
    }
}

impl<A: PathId, B: PathId, S: Send + Sync> FromRequestParts<S> for Ids<A, B> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let values = values::<A, S>(parts, state).await?;
        Ok(Self(read(&values, 0)?, read(&values, 1)?))
    }
}

async fn values<T: PathId, S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<RawPathParams, ApiError> {
    // Refused are values that are not UTF-8, which no id is.
    RawPathParams::from_request_parts(parts, state).await.map_err(|_| ApiError::absent::<T>())
}

fn read<T: PathId>(values: &RawPathParams, place: usize) -> Result<T, ApiError> {
    let Some((_, value)) = values.iter().nth(place) else {
        tracing::error!(what = T::WHAT, "the path of an operation has fewer ids than its handler reads");
        return Err(ApiError::internal());
    };
    value.parse().map_err(|_| ApiError::absent::<T>())
}
