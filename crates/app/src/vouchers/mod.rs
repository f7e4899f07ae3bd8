//! Gift vouchers. There is no operation of the API that makes one (wire reference, section 6.7).

pub mod issue;
