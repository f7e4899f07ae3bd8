//! What requests say of a payment (wire reference, section 4.9). Members that only answers have are ignored.

use crate::bounded::{code, line, prose};
use crate::document::AsParameter;
use crate::error::ApiError;
use crate::wire::{Money, parameter};
use schemars::JsonSchema;
use serde::Deserialize;
use slotkeeper_app::payments::record::PaymentInput;
use slotkeeper_domain::normal_form::composed;
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
    #[serde(deserialize_with = "prose::<LONGEST_TEXT, _>")]
    #[schemars(with = "String", regex(pattern = r"\S"), length(max = LONGEST_TEXT))]
    reason: Option<String>,
    #[serde(default, deserialize_with = "prose::<LONGEST_TEXT, _>")]
    #[schemars(length(max = LONGEST_TEXT))]
    comment: Option<String>,
    amount: Money,
    #[serde(deserialize_with = "parameter")]
    #[schemars(with = "AsParameter<PaymentMethod>")]
    payment_method: PaymentMethod,
    #[serde(default, deserialize_with = "line::<LONGEST_TEXT, _>")]
    #[schemars(length(max = LONGEST_TEXT))]
    payment_method_other: Option<String>,
    #[serde(default, deserialize_with = "line::<LONGEST_TEXT, _>")]
    #[schemars(length(max = LONGEST_TEXT))]
    gateway_name: Option<String>,
    #[serde(default, deserialize_with = "code::<LONGEST_TEXT, _>")]
    #[schemars(length(max = LONGEST_TEXT))]
    transaction_id: Option<String>,
}

impl PaymentBody {
    /// What is to be recorded. `at` is where in the body the payment is, to name members: empty, or a name and a dot.
    ///
    /// # Errors
    /// 400 for a text that is missing.
    pub(crate) fn input(&self, zone: &Zone, at: &str) -> Result<PaymentInput, ApiError> {
        let missing = |member: &str, why: &str| ApiError::bad_request(format!("{at}{member} is missing: {why}."));
        if self.payment_method == PaymentMethod::Other && self.payment_method_other.is_none() {
            return Err(missing("paymentMethodOther", "it names the other method"));
        }
        Ok(PaymentInput {
            received_at: self.received_time.map(|time| time.at(zone)),
            amount: self.amount.0,
            method: self.payment_method,
            // A name is for other methods; with one of the list it says nothing.
            method_other: self
                .payment_method_other
                .clone()
                .filter(|_| self.payment_method == PaymentMethod::Other)
                .map(|name| composed(&name).into_owned()),
            reason: self.reason.clone().ok_or_else(|| missing("reason", "the customer sees it"))?,
            comment: self.comment.clone(),
            gateway_name: self.gateway_name.clone(),
            transaction_id: self.transaction_id.clone(),
        })
    }
}
