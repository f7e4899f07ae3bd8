//! Payments: money that was received, or given back.

use crate::change::words;

words! {
    /// How something was paid (wire reference, section 4.9).
    PaymentMethod {
        /// By credit card.
        CreditCard = "creditCard",
        /// With PayPal.
        Paypal = "paypal",
        /// By bank transfer.
        BankTransfer = "bankTransfer",
        /// In cash.
        Cash = "cash",
        /// By cheque; the wire spells it so.
        Checque = "checque",
        /// By debit card.
        DebitCard = "debitCard",
        /// With the customer's credit.
        ExistingCredit = "existingCredit",
        /// On account.
        AccountCredit = "accountCredit",
        /// With a gift voucher.
        MoneyVoucher = "moneyVoucher",
        /// In another way, which has a name.
        Other = "other",
    }
}
