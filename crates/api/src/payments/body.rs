//! What requests say of a payment (wire reference, section 4.9). Members that only answers have are ignored.

use crate::document::AsParameter;
use crate::error::ApiError;
use crate::wire::{Money, bounded, code, parameter, text};
use schemars::JsonSchema;
use serde::Deserialize;
use slotkeeper_app::payments::record::PaymentInput;
use slotkeeper_domain::payment::PaymentMethod;
use slotkeeper_domain::time::{WireTime, Zone};

/// Longest free text of a payment, in characters.
const LONGEST_TEXT: usize = 1_000;

/// A payment as requests have it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PaymentInput")]
pub(crate) struct PaymentBody {
    #[serde(default)]
    #[schemars(with = "Option<AsParameter<WireTime>>")]
    received_time: Option<WireTime>,
    #[serde(deserialize_with = "text")]
    #[schemars(with = "String", regex(pattern = r"\S"))]
    reason: Option<String>,
    #[serde(default, deserialize_with = "text")]
    comment: Option<String>,
    amount: Money,
    #[serde(deserialize_with = "parameter")]
    #[schemars(with = "AsParameter<PaymentMethod>")]
    payment_method: PaymentMethod,
    #[serde(default, deserialize_with = "text")]
    payment_method_other: Option<String>,
    #[serde(default, deserialize_with = "text")]
    gateway_name: Option<String>,
    #[serde(default, deserialize_with = "code")]
    transaction_id: Option<String>,
}

impl PaymentBody {
    /// What is to be recorded. `at` is where in the body the payment is, to name members: empty, or a name and a dot.
    ///
    /// # Errors
    /// 400 for a text that is missing or too long.
    pub(crate) fn input(&self, zone: &Zone, at: &str) -> Result<PaymentInput, ApiError> {
        let missing = |member: &str, why: &str| ApiError::bad_request(format!("{at}{member} is missing: {why}."));
        if self.payment_method == PaymentMethod::Other && self.payment_method_other.is_none() {
            return Err(missing("paymentMethodOther", "it names the other method"));
        }
        let text = |text: Option<&String>, member: &str| bounded(text, &format!("{at}{member}"), LONGEST_TEXT);
        Ok(PaymentInput {
            received_at: self.received_time.map(|time| time.at(zone)),
            amount: self.amount.0,
            method: self.payment_method,
            // A name is for other methods; with one of the list it says nothing.
            method_other: text(self.payment_method_other.as_ref(), "paymentMethodOther")?
                .filter(|_| self.payment_method == PaymentMethod::Other),
            reason: text(self.reason.as_ref(), "reason")?.ok_or_else(|| missing("reason", "the customer sees it"))?,
            comment: text(self.comment.as_ref(), "comment")?,
            gateway_name: text(self.gateway_name.as_ref(), "gatewayName")?,
            transaction_id: text(self.transaction_id.as_ref(), "transactionId")?,
        })
    }
}
