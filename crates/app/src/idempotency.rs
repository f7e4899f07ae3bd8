//! Requests that may be sent again: with the same key of its own, a request is answered as it was the first time, and does
//! nothing more.
//!
//! The answer is kept in the transaction of what the request did. So there is no moment at which one is stored and the
//! other is not, on any node, whenever the server stops; and of two that come at once, the second waits and has the first
//! one's answer. What is refused does nothing, so nothing of it is kept: the same key may try again.

use crate::App;
use crate::access::{Access, Action};
use crate::context::{Unit, Write, WriteContext};
use crate::secrets::{Hash, Usage, same};
use slotkeeper_domain::id::{AccountId, ApplicationId};
use slotkeeper_domain::time::Instant;
use slotkeeper_store::tables::kept_answers::{self, KeyOf};
use slotkeeper_store::{StoreError, Tx};
use std::sync::Arc;
use std::time::Duration;

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 3_600);

/// The key of a request, and everything the request says, as keyed hashes.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    key: Hash,
    request: Hash,
}

impl IdempotencyKey {
    /// The key of a request that consists of these parts.
    #[must_use]
    pub fn new(app: &App, key: &str, request: &[&[u8]]) -> Self {
        let vault = app.vault();
        Self { key: vault.hash(Usage::IdempotencyKey, key), request: vault.hash_parts(Usage::Request, request) }
    }

    /// Runs `work`, and stores what `respond` makes of its outcome under this key; or gives the response that is stored
    /// there, and does not run it.
    pub(crate) fn once<A, T, R, E>(
        &self,
        cx: &mut Write<'_, A>,
        work: &mut dyn FnMut(&mut Write<'_, A>) -> Result<T, E>,
        respond: &dyn Fn(&T) -> R,
    ) -> Result<R, E>
    where
        R: StoredResponse,
        E: From<StoreError> + From<KeyReused>,
    {
        if let Some(stored) = self.reserve::<R, E>(cx)? {
            return Ok(stored);
        }
        let response = respond(&work(cx)?);
        self.keep(cx, &response)?;
        Ok(response)
    }

    /// The response that was stored under this key; `None` when there is none, and then the key is reserved until the unit
    /// ends. Waits for a unit that has reserved it.
    fn reserve<R: StoredResponse, E: From<StoreError> + From<KeyReused>>(
        &self,
        cx: &mut WriteContext<'_>,
    ) -> Result<Option<R>, E> {
        let (tx, unit) = cx.tx();
        let Some(of) = self.of(unit) else { return Ok(None) };
        if kept_answers::reserve(tx, of, &self.request, unit.now(), unit.now().after(KEPT))? {
            return Ok(None);
        }
        kept(tx, unit.app(), of, &self.request).map(Some)
    }

    /// Stores the response under this key, which the unit has reserved.
    fn keep<R: StoredResponse>(&self, cx: &mut WriteContext<'_>, response: &R) -> Result<(), StoreError> {
        let (tx, unit) = cx.tx();
        let Some(of) = self.of(unit) else { return Ok(()) };
        let owner = owner(&of, &self.request);
        let sealed = unit.app().vault().seal_for(Usage::Answer, &owner, &response.to_text());
        kept_answers::fill(tx, of, &sealed)
    }

    /// Keys belong to the application that sent them.
    fn of<'a>(&'a self, unit: &'a Unit) -> Option<KeyOf<'a>> {
        Some(KeyOf { account: unit.account_id(), application: unit.application()?, hash: &self.key })
    }
}

/// The key was used for a request that said something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key belongs to another request")]
pub struct KeyReused;

/// An answer that can be kept.
pub trait StoredResponse: Sized + Send + 'static {
    /// The answer as text.
    fn to_text(&self) -> String;

    /// The answer that this text was made of.
    fn from_text(text: &str) -> Option<Self>;
}

/// An answer together with the thing that it was made of, for whoever has to look what has become of that. The text of the
/// thing is one line.
impl<T: StoredResponse, A: StoredResponse> StoredResponse for (T, A) {
    fn to_text(&self) -> String {
        format!("{}\n{}", self.0.to_text(), self.1.to_text())
    }

    fn from_text(text: &str) -> Option<Self> {
        let (thing, answer) = text.split_once('\n')?;
        Some((T::from_text(thing)?, A::from_text(answer)?))
    }
}

/// How a use case answers: with what is made of the thing it created.
pub struct Answering<T, A> {
    key: Option<IdempotencyKey>,
    answer: Arc<dyn Fn(&T) -> A + Send + Sync>,
}

impl<T, A> Clone for Answering<T, A> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), answer: Arc::clone(&self.answer) }
    }
}

impl<T, A: StoredResponse> Answering<T, A> {
    /// Answers with what `answer` makes of the thing, and keeps the answer if the request has a key.
    pub fn new(key: Option<IdempotencyKey>, answer: impl Fn(&T) -> A + Send + Sync + 'static) -> Self {
        Self { key, answer: Arc::new(answer) }
    }

    /// Answers the same, and says of which thing, also when the answer was kept.
    pub(crate) fn of_what(self) -> Answering<T, (T, A)>
    where
        T: StoredResponse + Clone,
        A: 'static,
    {
        let answer = self.answer;
        Answering { key: self.key, answer: Arc::new(move |thing: &T| (thing.clone(), answer(thing))) }
    }

    /// Runs `unit` and answers; or answers as the first time, and does not run it.
    pub(crate) fn run<E: From<StoreError> + From<KeyReused>>(
        &self,
        tx: &mut Tx,
        app: &App,
        (account, application): (&AccountId, Option<&ApplicationId>),
        now: Instant,
        unit: impl FnOnce(&mut Tx) -> Result<T, E>,
    ) -> Result<A, E> {
        let (Some(key), Some(application)) = (&self.key, application) else {
            return unit(tx).map(|done| (self.answer)(&done));
        };
        let of = KeyOf { account, application, hash: &key.key };
        if !kept_answers::reserve(tx, of, &key.request, now, now.after(KEPT))? {
            return kept(tx, app, of, &key.request);
        }
        let answer = (self.answer)(&unit(tx)?);
        let owner = owner(&of, &key.request);
        kept_answers::fill(tx, of, &app.vault().seal_for(Usage::Answer, &owner, &answer.to_text()))?;
        Ok(answer)
    }
}

/// Why an answer is not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The key belongs to another request.
    #[error(transparent)]
    UsedOtherwise(#[from] KeyReused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps the answer to a request that does nothing, if it has a key; if one was kept before, that is the answer.
///
/// # Errors
/// [`KeepError`].
pub async fn keep<R: Action, A: StoredResponse + Clone + Sync>(
    app: &App,
    access: &Access<R>,
    key: Option<IdempotencyKey>,
    answer: A,
) -> Result<A, KeepError> {
    if key.is_none() {
        return Ok(answer);
    }
    let (unit, now, account) = (app.clone(), app.now(), access.account().id.clone());
    let application = access.actor().application().cloned();
    let answering = Answering::new(key, move |()| answer.clone());
    let keep = move |tx: &mut Tx| answering.run(tx, &unit, (&account, application.as_ref()), now, |_| Ok(()));
    app.store().write_unlogged(keep).await
}

/// Whose answer it is, and to what: in another row it does not open.
fn owner<'a>(of: &KeyOf<'a>, request: &'a Hash) -> [&'a [u8]; 4] {
    [of.account.as_str().as_bytes(), of.application.as_str().as_bytes(), of.hash, request]
}

/// The answer that was kept under a key that could not be reserved.
fn kept<A: StoredResponse, E: From<StoreError> + From<KeyReused>>(
    tx: &mut Tx,
    app: &App,
    of: KeyOf<'_>,
    request: &Hash,
) -> Result<A, E> {
    let inconsistent = |what: &str| StoreError::inconsistent(format!("a kept answer {what}"));
    let kept = kept_answers::find(tx, of)?.ok_or_else(|| inconsistent("has gone"))?;
    if !same(&kept.request_hash, request) {
        return Err(KeyReused.into());
    }
    let opened = app.vault().open_for(Usage::Answer, &owner(&of, request), &kept.answer);
    let text = opened.map_err(|_| inconsistent("cannot be opened"))?;
    Ok(A::from_text(&text).ok_or_else(|| inconsistent("cannot be read"))?)
}
