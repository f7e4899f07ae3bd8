//! Sessions: signing in and out, and getting back in after forgetting the password.

pub mod choose_password;
pub mod confirm_email;
pub mod device;
pub mod find;
pub mod forgot_password;
pub mod links;
pub mod sign_in;
pub mod sign_out;
