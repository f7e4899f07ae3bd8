//! `/subaccounts` (wire reference, sections 3.8 and 4.10).

pub(crate) mod install;
pub(crate) mod list;
pub(crate) mod uninstall;
