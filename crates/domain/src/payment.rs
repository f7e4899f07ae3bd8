//! Payments: money that was received, or given back.

use crate::change::words;

words! {
    /// How something was paid (wire reference, section 4.9).
    PaymentMethod {
        CreditCard = "creditCard",
        Paypal = "paypal",
        BankTransfer = "bankTransfer",
        Cash = "cash",
        /// By cheque; the wire spells it so.
        Checque = "checque",
        DebitCard = "debitCard",
        /// With the customer's credit.
        ExistingCredit = "existingCredit",
        AccountCredit = "accountCredit",
        /// With a gift voucher.
        MoneyVoucher = "moneyVoucher",
        /// In another way, which has a name.
        Other = "other",
    }
}
