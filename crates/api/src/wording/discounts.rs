//! Why codes of promotions and vouchers are refused.

use slotkeeper_app::bookings::place::CodeKind;
use slotkeeper_domain::code::{CodeError, MOST_CODES, TooManyCodes};

/// The member in which codes of this kind are sent.
pub(crate) fn member(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Promotion => "promotionCodeInput",
        CodeKind::Voucher => "giftVoucherCodeInput",
    }
}

/// Why one code cannot be used: the end of a sentence, without its full stop.
pub(crate) fn reason(error: CodeError) -> &'static str {
    match error {
        CodeError::Unknown => "this business has no such code",
        CodeError::Used => "it has been used already",
        CodeError::UsedUp => "its promotion has been used as often as it can be",
        CodeError::TooEarly => "it cannot be used yet",
        CodeError::Expired => "it has expired",
        CodeError::OtherProduct => "it is not for this product",
        CodeError::OtherDay => "it is not for this day",
        CodeError::SamePromotion => "a promotion can be used once in a booking, and is used already",
        CodeError::SecondVoucher => "a booking can be paid with one voucher for a service, and is already",
    }
}

/// The sentence for more codes than a member can have.
pub(crate) fn too_many(kind: CodeKind, TooManyCodes: TooManyCodes) -> String {
    format!("{} can have {MOST_CODES} codes at most.", member(kind))
}
