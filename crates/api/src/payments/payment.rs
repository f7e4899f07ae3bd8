//! A payment as answers have it (wire reference, section 4.9).

use crate::document::AsParameter;
use crate::error::ApiError;
use crate::wire::Money;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_domain::account::Currency;
use slotkeeper_domain::money;
use slotkeeper_domain::payment::PaymentMethod;
use slotkeeper_domain::time::{WireTime, Zone};
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::payments;

/// Money that was received for a booking; given back, if it is negative (wire reference, section 4.9).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Payment {
    id: String,
    #[schemars(with = "AsParameter<WireTime>")]
    creation_time: String,
    #[schemars(with = "AsParameter<WireTime>")]
    received_time: String,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    amount: Money,
    #[schemars(with = "AsParameter<PaymentMethod>")]
    payment_method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_method_other: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<String>,
}

impl Payment {
    /// A payment in an account with this time zone and currency.
    pub(crate) fn of(payment: &payments::Payment, zone: &Zone, currency: Currency) -> Self {
        let payment = payment.clone();
        Self {
            id: payment.id.to_string(),
            creation_time: payment.created_at.to_wire_minutes(zone),
            received_time: payment.received_at.to_wire(zone),
            reason: payment.reason,
            description: payment.description,
            comment: payment.comment,
            amount: money::Money::new(payment.amount, currency).into(),
            payment_method: payment.method.as_str(),
            payment_method_other: payment.method_other,
            agent: payment.agent,
            customer_id: payment.customer.map(|id| id.to_string()),
            gateway_name: payment.gateway_name,
            transaction_id: payment.transaction_id,
        }
    }

    /// Payments of an account.
    ///
    /// # Errors
    /// 403 when the account takes no bookings, and so no payments either.
    pub(crate) fn all_of(found: &[payments::Payment], account: &Account) -> Result<Vec<Self>, ApiError> {
        let currency = currency_of(account)?;
        Ok(found.iter().map(|payment| Self::of(payment, &account.zone, currency)).collect())
    }
}

/// What amounts of the account are in.
///
/// # Errors
/// 403 when the account takes no bookings.
pub(crate) fn currency_of(account: &Account) -> Result<Currency, ApiError> {
    account.currency.ok_or_else(|| ApiError::forbidden("This account does not take bookings."))
}
