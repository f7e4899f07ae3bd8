//! Promotions: put into the catalogue, and their coupons given out. There is no operation of the API for it (wire
//! reference, section 6.7).

pub mod give_out;
pub mod put;
