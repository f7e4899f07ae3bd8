//! What customers have with a business: store credit, and prepaid credits. There is no operation of the API that gives
//! either (wire reference, section 6.7).

pub mod grant;
pub mod prepay;
