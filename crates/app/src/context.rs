//! The unit of work that a use case runs in. A face opens it with [`App::read`], [`App::write`] or [`App::write_once`]; use
//! cases are plain functions over it and call each other.
//!
//! All of a unit is read from one snapshot, and stored in one transaction or not at all. The engine may run a unit several
//! times, so nothing in it has an effect outside of its transaction; what is to happen once it is stored is said with
//! [`WriteContext::after_commit`].

use crate::App;
use crate::access::{Access, Grant};
use crate::idempotency::{IdempotencyKey, KeyReused, StoredResponse};
use slotkeeper_domain::catalogue::Catalogue;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::id::{AccountId, ApplicationId};
use slotkeeper_domain::time::{Instant, Zone};
use slotkeeper_domain::visibility::Visibility;
use slotkeeper_store::tables::accounts::Account;
use slotkeeper_store::{Snapshot, StoreError, Tx};
use std::any::type_name_of_val;
use std::cell::{Cell, OnceCell};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// What a job is told when a unit has been stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// An e-mail was put into the outbox.
    Outbox,
}

/// What is the same in the whole unit: who acts in which account, and when.
pub struct Unit {
    app: App,
    grant: Arc<Grant>,
    visibility: Visibility,
    now: Instant,
    catalogue: OnceCell<Arc<Catalogue>>,
    wakes_outbox: Cell<bool>,
}

impl Unit {
    fn new<A>(app: &App, access: &Access<A>, now: Instant) -> Self {
        Self::of_grant(app, access.grant(), access.visibility().clone(), now)
    }

    fn of_grant(app: &App, grant: &Arc<Grant>, visibility: Visibility, now: Instant) -> Self {
        Self {
            app: app.clone(),
            grant: Arc::clone(grant),
            visibility,
            now,
            catalogue: OnceCell::new(),
            wakes_outbox: Cell::new(false),
        }
    }

    /// For what the server composes in a transaction of its own for the holder of this grant: payloads of webhooks.
    #[must_use]
    pub fn of_payload(app: &App, grant: &Arc<Grant>) -> Self {
        Self::of_grant(app, grant, Visibility::All, app.now())
    }

    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// The principal and what it is allowed.
    #[must_use]
    pub fn grant(&self) -> &Arc<Grant> {
        &self.grant
    }

    /// The account that is read or changed.
    #[must_use]
    pub fn account(&self) -> &Account {
        self.grant.account()
    }

    #[must_use]
    pub fn account_id(&self) -> &AccountId {
        &self.account().id
    }

    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.account().zone
    }

    /// Which things of the account the action is allowed on.
    #[must_use]
    pub fn visibility(&self) -> &Visibility {
        &self.visibility
    }

    /// The application that acts, if one does.
    #[must_use]
    pub fn application(&self) -> Option<&ApplicationId> {
        self.grant.actor().application()
    }

    /// When the unit was opened; the same in each run.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.now
    }

    fn catalogue(&self, db: &mut Snapshot) -> Result<Arc<Catalogue>, StoreError> {
        if let Some(catalogue) = self.catalogue.get() {
            return Ok(Arc::clone(catalogue));
        }
        let catalogue = self.app.catalogues().of(db, self.account_id())?;
        Ok(Arc::clone(self.catalogue.get_or_init(|| catalogue)))
    }
}

/// A unit that reads, without its action: for functions that several actions use.
pub struct ReadContext<'a> {
    db: &'a mut Snapshot,
    unit: &'a Unit,
}

impl Deref for ReadContext<'_> {
    type Target = Unit;

    fn deref(&self) -> &Unit {
        self.unit
    }
}

impl<'a> ReadContext<'a> {
    /// Reads in a snapshot or transaction that is open already.
    #[must_use]
    pub fn within(db: &'a mut Snapshot, unit: &'a Unit) -> Self {
        Self { db, unit }
    }

    /// The snapshot, together with what is the same in the unit.
    pub fn db(&mut self) -> (&mut Snapshot, &'a Unit) {
        (self.db, self.unit)
    }

    /// The catalogue of the account, looked up once in a unit.
    pub fn catalogue(&mut self) -> Result<Arc<Catalogue>, StoreError> {
        self.unit.catalogue(self.db)
    }
}

/// A unit that writes, without its action: for functions that several actions use.
pub struct WriteContext<'a> {
    tx: &'a mut Tx,
    unit: &'a Unit,
}

impl Deref for WriteContext<'_> {
    type Target = Unit;

    fn deref(&self) -> &Unit {
        self.unit
    }
}

impl<'a> WriteContext<'a> {
    /// The transaction, together with what is the same in the unit.
    pub fn tx(&mut self) -> (&mut Tx, &'a Unit) {
        (self.tx, self.unit)
    }

    /// The same unit for functions that only read. They see what it has written.
    pub fn reading(&mut self) -> ReadContext<'_> {
        ReadContext { db: self.tx, unit: self.unit }
    }

    /// The catalogue of the account, looked up once in a unit.
    pub fn catalogue(&mut self) -> Result<Arc<Catalogue>, StoreError> {
        self.unit.catalogue(self.tx)
    }

    /// Adds an entry to the account's change log: the principal did this to the thing, now.
    pub fn record(&mut self, subject: Subject<'_>, kind: Kind) {
        self.tx.record(self.unit.grant.actor().change(self.unit.account_id(), self.unit.now, subject, kind));
    }

    /// The time that the account's change log gives to what this unit changes ([`Tx::change_time`]). It locks the account's
    /// row until the unit is stored, so it comes last.
    pub fn change_time(&mut self) -> Result<Instant, StoreError> {
        self.tx.change_time(self.unit.account_id())
    }

    /// Has a job told when the unit has been stored.
    pub fn after_commit(&self, wake: Wake) {
        match wake {
            Wake::Outbox => self.unit.wakes_outbox.set(true),
        }
    }
}

/// A unit that reads, opened with the proof that its principal may do `A`.
pub struct Read<'a, A> {
    context: ReadContext<'a>,
    access: &'a Access<A>,
}

impl<A> Read<'_, A> {
    #[must_use]
    pub fn access(&self) -> &Access<A> {
        self.access
    }
}

impl<'a, A> Deref for Read<'a, A> {
    type Target = ReadContext<'a>;

    fn deref(&self) -> &ReadContext<'a> {
        &self.context
    }
}

impl<A> DerefMut for Read<'_, A> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.context
    }
}

/// A unit that writes, opened with the proof that its principal may do `A`.
pub struct Write<'a, A> {
    context: WriteContext<'a>,
    access: &'a Access<A>,
}

impl<'a, A> Write<'a, A> {
    fn within(tx: &'a mut Tx, unit: &'a Unit, access: &'a Access<A>) -> Self {
        Self { context: WriteContext { tx, unit }, access }
    }

    #[must_use]
    pub fn access(&self) -> &Access<A> {
        self.access
    }
}

impl<'a, A> Deref for Write<'a, A> {
    type Target = WriteContext<'a>;

    fn deref(&self) -> &WriteContext<'a> {
        &self.context
    }
}

impl<A> DerefMut for Write<'_, A> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.context
    }
}

/// Runs use cases as of another time in a transaction that is open already: for data that the operator brings in.
pub fn import<A, T>(
    tx: &mut Tx,
    app: &App,
    access: &Access<A>,
    at: Instant,
    work: impl FnOnce(&mut Write<'_, A>) -> T,
) -> T {
    let unit = Unit::new(app, access, at);
    work(&mut Write::within(tx, &unit, access))
}

impl App {
    /// Runs a unit that reads.
    ///
    /// # Errors
    /// Those of the unit; a [`StoreError`] when the store fails.
    pub async fn read<A: 'static, T, E>(
        &self,
        access: &Access<A>,
        mut work: impl FnMut(&mut Read<'_, A>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (app, access, now) = (self.clone(), access.clone(), self.now());
        let name = type_name_of_val(&work);
        let unit = move |db: &mut Snapshot| {
            let unit = Unit::new(&app, &access, now);
            work(&mut Read { context: ReadContext { db, unit: &unit }, access: &access })
        };
        self.store().read_as(name, unit).await
    }

    /// Runs a unit that writes, and answers when it is durable. An `Err` of the unit stores nothing.
    ///
    /// # Errors
    /// Those of the unit; a [`StoreError`] when the store fails.
    pub async fn write<A: 'static, T, E>(
        &self,
        access: &Access<A>,
        mut work: impl FnMut(&mut Write<'_, A>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (app, access, now) = (self.clone(), access.clone(), self.now());
        let name = type_name_of_val(&work);
        let unit = move |tx: &mut Tx| {
            let unit = Unit::new(&app, &access, now);
            let done = work(&mut Write::within(tx, &unit, &access))?;
            Ok::<_, E>((done, unit.wakes_outbox.get()))
        };
        let (done, wakes_outbox) = self.store().write_as(name, unit).await?;
        if wakes_outbox {
            self.mail_waiting().notify_one();
        }
        Ok(done)
    }

    /// The same for a request that may be sent again: with a key, the response is stored with what the unit wrote, and a
    /// second request with the key gets it without the unit being run. `respond` runs within the transaction only then.
    ///
    /// # Errors
    /// Those of the unit; [`KeyReused`] when the key came with another request before; a [`StoreError`] when the store fails.
    pub async fn write_once<A: 'static, T, R, E>(
        &self,
        access: &Access<A>,
        key: Option<IdempotencyKey>,
        mut work: impl FnMut(&mut Write<'_, A>) -> Result<T, E> + Send + 'static,
        respond: impl Fn(&T) -> R + Send + 'static,
    ) -> Result<R, E>
    where
        T: Send + 'static,
        R: StoredResponse,
        E: From<StoreError> + From<KeyReused> + Send + 'static,
    {
        match key {
            Some(key) => self.write(access, move |cx| key.once(cx, &mut work, &respond)).await,
            None => self.write(access, work).await.map(|done| respond(&done)),
        }
    }

    /// Runs a unit whose writes are no part of the account's change log, such as those of holds. They are stored only while
    /// the principal's key has not ended.
    ///
    /// # Errors
    /// Those of the unit; a [`StoreError`] when the store fails.
    pub async fn write_unlogged<A: 'static, T, E>(
        &self,
        access: &Access<A>,
        mut work: impl FnMut(&mut Write<'_, A>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (app, access, now) = (self.clone(), access.clone(), self.now());
        let name = type_name_of_val(&work);
        let unit = move |tx: &mut Tx| {
            let unit = Unit::new(&app, &access, now);
            let done = work(&mut Write::within(tx, &unit, &access))?;
            tx.require_live_key(access.actor());
            Ok::<_, E>(done)
        };
        self.store().write_unlogged_as(name, unit).await
    }

    /// [`App::write_once`] for what is no part of the account's change log, such as holds. It is stored only while the
    /// principal's key has not ended.
    ///
    /// # Errors
    /// As [`App::write_once`].
    pub async fn write_unlogged_once<A: 'static, T, R, E>(
        &self,
        access: &Access<A>,
        key: Option<IdempotencyKey>,
        mut work: impl FnMut(&mut Write<'_, A>) -> Result<T, E> + Send + 'static,
        respond: impl Fn(&T) -> R + Send + 'static,
    ) -> Result<R, E>
    where
        T: Send + 'static,
        R: StoredResponse,
        E: From<StoreError> + From<KeyReused> + Send + 'static,
    {
        match key {
            Some(key) => self.write_unlogged(access, move |cx| key.once(cx, &mut work, &respond)).await,
            None => self.write_unlogged(access, work).await.map(|done| respond(&done)),
        }
    }
}
