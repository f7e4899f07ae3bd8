//! Consent: an application asks, an owner answers (wire reference, section 2.1).

pub mod answered;
pub mod ask;
pub mod decide;
pub mod grant;
