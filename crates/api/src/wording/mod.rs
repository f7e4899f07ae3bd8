//! The sentences of errors for clients of the API, one file for each area. Errors of `domain` and `app` are codes; their
//! sentences, with the wire's names of members, are here and nowhere else. Every match is exhaustive: a new variant does not
//! compile without its sentence.

pub(crate) mod blocks;
pub(crate) mod bookings;
pub(crate) mod discounts;
pub(crate) mod orders;
pub(crate) mod people;
pub(crate) mod store;
pub(crate) mod subaccounts;
#[cfg(test)]
mod tests;

use slotkeeper_app::idempotency::KeyReused;
use std::borrow::Cow;

/// The sentence of an error for the client: whole, with its full stop, and with the member in front if one is to blame.
pub(crate) trait Sentence {
    fn sentence(&self) -> Cow<'static, str>;
}

impl Sentence for KeyReused {
    fn sentence(&self) -> Cow<'static, str> {
        "This Idempotency-Key was used for another request already. Take a new key for each request.".into()
    }
}

/// For an id in the path: the same whether the thing does not exist, is not visible to the key, or the text is no id.
pub(crate) fn absent(what: &str) -> Cow<'static, str> {
    format!("There is no {what} with this id, or this API key may not know of it.").into()
}
