//! Payments and refunds.

use crate::change::words;

words! {
    /// Wire reference, section 4.9.
    PaymentMethod {
        CreditCard = "creditCard",
        Paypal = "paypal",
        BankTransfer = "bankTransfer",
        Cash = "cash",
        /// The spelling of the wire.
        Checque = "checque",
        DebitCard = "debitCard",
        ExistingCredit = "existingCredit",
        AccountCredit = "accountCredit",
        MoneyVoucher = "moneyVoucher",
        /// Another method, with a name of its own.
        Other = "other",
    }
}
