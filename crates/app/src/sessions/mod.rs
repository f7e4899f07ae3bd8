//! Sessions: signing in and out, and getting back in after forgetting the password.

pub mod find;
pub mod links;
pub mod sign_in;
pub mod sign_out;
