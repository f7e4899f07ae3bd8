//! Signing up, in and out, and the links from e-mails.

pub(crate) mod choose_password;
pub(crate) mod confirm_email;
pub(crate) mod decline_invitation;
pub(crate) mod forgot_password;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod sign_up;
pub(crate) mod sign_up_business;
pub(crate) mod sign_up_developer;
