//! People linked to customers: those they come with. A key may do with them what it may do with the customer (wire reference,
//! section 3.3).

pub mod create;
pub mod list;
pub mod remove;
pub mod show;
pub mod update;
