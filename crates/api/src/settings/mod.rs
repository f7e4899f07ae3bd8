//! `/settings`: what an account is and offers (wire reference, section 3.7).

pub(crate) mod apikeyinfo;
pub(crate) mod business;
pub(crate) mod languages;
