//! `/holds` (wire reference, sections 3.4 and 6.3).

pub(crate) mod create;
pub(crate) mod remove;
pub(crate) mod show;

use crate::bookings::booking::Price;
use crate::document::AsParameter;
use crate::wire::Money;
use schemars::JsonSchema;
use serde::Serialize;
use slotkeeper_domain::time::{WireTime, Zone};
use slotkeeper_store::tables::holds;

/// Seats or resources that are kept for a while, and what booking them costs (wire reference, section 4.5).
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Hold {
    id: String,
    price: Price,
    total_payable: Money,
    #[schemars(with = "AsParameter<WireTime>")]
    expiration: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    applicable_money_credit: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    applicable_gift_voucher_credit: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    applicable_prepaid_credits: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promotion_applicable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied_promotion_discount: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    specific_voucher_code: Option<String>,
}

fn hold(hold: &holds::Hold, zone: &Zone) -> Hold {
    let quote = &hold.quote;
    Hold {
        id: hold.id.to_string(),
        price: Price::of(&quote.price, 0),
        total_payable: quote.payable().into(),
        expiration: hold.expires_at.to_wire(zone),
        applicable_money_credit: quote.money_credit.map(Money::from),
        applicable_gift_voucher_credit: quote.voucher_credit.map(Money::from),
        applicable_prepaid_credits: quote.prepaid,
        // A code that does not apply is refused, so there is no other value (wire reference, section 9).
        promotion_applicable: quote.code_applies.then_some(true),
        applied_promotion_discount: quote.discount.map(Money::from),
        specific_voucher_code: quote.voucher.as_ref().map(ToString::to_string),
    }
}
