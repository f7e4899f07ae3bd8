//! Payments: money that was received, or given back.

use crate::{StoreError, Tx, statements};
use slotkeeper_domain::booking::BookingNumber;
use slotkeeper_domain::id::{AccountId, ApplicationId, CustomerId, PaymentId};
use slotkeeper_domain::payment::PaymentMethod;
use slotkeeper_domain::time::Instant;

statements! {
    INSERT = "INSERT INTO payment (account_id, id, application_id, booking_number, customer_id, received_at, created_at, amount,
                                   method, method_other, reason, description, comment, agent, gateway_name, transaction_id)
              VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
}

/// A payment.
#[derive(Debug, Clone)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// The application that recorded it; absent when somebody else did.
    pub application: Option<ApplicationId>,
    /// What was paid for.
    pub booking: Option<BookingNumber>,
    /// Who paid.
    pub customer: Option<CustomerId>,
    /// When the money was received.
    pub received_at: Instant,
    /// When it was recorded.
    pub created_at: Instant,
    /// How much, in minor units of the account's currency; negative for refunds.
    pub amount: i64,
    /// How.
    pub method: PaymentMethod,
    /// The name of another method.
    pub method_other: Option<String>,
    /// Why; customers see it.
    pub reason: String,
    /// What it paid for.
    pub description: Option<String>,
    /// For the business alone.
    pub comment: Option<String>,
    /// Who recorded it.
    pub agent: Option<String>,
    /// The gateway that processed it.
    pub gateway_name: Option<String>,
    /// What the gateway calls it.
    pub transaction_id: Option<String>,
}

/// Adds a payment. Whoever adds one to a booking also adds it to what the booking says is paid.
///
/// # Errors
/// When the store fails.
pub fn insert(tx: &mut Tx, account: &AccountId, payment: &Payment) -> Result<(), StoreError> {
    let p = payment;
    tx.run(
        INSERT,
        &[
            account,
            &p.id,
            &p.application,
            &p.booking,
            &p.customer,
            &p.received_at,
            &p.created_at,
            &p.amount,
            &p.method,
            &p.method_other,
            &p.reason,
            &p.description,
            &p.comment,
            &p.agent,
            &p.gateway_name,
            &p.transaction_id,
        ],
    )?;
    Ok(())
}
