//! `/settings`: what an account is and offers (wire reference, section 3.7).

pub(crate) mod apikeyinfo;
pub(crate) mod business;
pub(crate) mod customercustomfields;
pub(crate) mod languages;
pub(crate) mod peoplecategories;
pub(crate) mod products;
pub(crate) mod resources;
pub(crate) mod taxes;
