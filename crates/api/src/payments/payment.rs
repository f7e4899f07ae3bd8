//! A payment as answers have it (wire reference, section 4.9).

use crate::error::ApiError;
use crate::wire::Money;
use serde::Serialize;
use slotkeeper_domain::money;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::tables::payments;

/// Wire reference, section 4.9.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Payment {
    id: String,
    creation_time: String,
    received_time: String,
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    amount: Money,
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
    /// # Errors
    /// 500 when the account has no currency, which no account with payments is without.
    pub(crate) fn of(payment: payments::Payment, account: &Account) -> Result<Self, ApiError> {
        let currency = account.currency.ok_or_else(ApiError::internal)?;
        Ok(Self {
            id: payment.id.to_string(),
            creation_time: payment.created_at.to_wire_minutes(&account.zone),
            received_time: payment.received_at.to_wire(&account.zone),
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
        })
    }
}
