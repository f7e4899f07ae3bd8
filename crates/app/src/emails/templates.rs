//! What letters say: texts that come with the program, and those that a business writes in their place.

use super::input::business;
use super::tag;
use crate::App;
use crate::caller::Manager;
use slotkeeper_domain::account::Language;
use slotkeeper_domain::change::{Kind, Subject};
use slotkeeper_domain::time::Instant;
use slotkeeper_emails::{
    EmailKind, RenderedEmail, Template, TemplateSource, TemplateSyntaxError, languages, render, sample,
};
use slotkeeper_store::StoreError;
use slotkeeper_store::tables::email_templates::{self, StoredTemplate};

/// Most texts a business can have: one of each kind in each language, also of languages that a newer program has.
const MOST_TEXTS: i64 = 500;

/// A text of a kind of letter in a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TemplateKey {
    pub kind: EmailKind,
    pub language: Language,
}

impl TemplateKey {
    /// That text; nothing where letters are not complete in the language, or it is not the tag under which its texts are
    /// found.
    #[must_use]
    pub fn find(kind: EmailKind, language: Language) -> Option<Self> {
        languages().any(|known| known == language).then_some(Self { kind, language })
    }
}

/// Why a text is not taken.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It cannot be filled in.
    #[error(transparent)]
    Refused(#[from] TemplateSyntaxError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Every text, and since when the business has its own, if it has.
pub async fn list(app: &App, manager: &Manager) -> Result<Vec<(TemplateKey, Option<Instant>)>, StoreError> {
    let account = manager.account.id.clone();
    let own = app.store().read(move |db| email_templates::list(db, &account, MOST_TEXTS)).await?;
    let since = |of: &TemplateKey| {
        let mut own = own.iter();
        own.find(|(kind, language, _)| kind == of.kind.as_str() && language == tag(of.language)).map(|(.., at)| *at)
    };
    let all =
        EmailKind::ALL.into_iter().flat_map(|kind| languages().map(move |language| TemplateKey { kind, language }));
    Ok(all.map(|of| (of, since(&of))).collect())
}

/// What it says, and whether that is the business's own text.
pub async fn read(app: &App, manager: &Manager, of: TemplateKey) -> Result<(TemplateSource, bool), StoreError> {
    let account = manager.account.id.clone();
    let find = move |db: &mut slotkeeper_store::Snapshot| {
        email_templates::find(db, &account, of.kind.as_str(), tag(of.language))
    };
    Ok(match app.store().read(find).await? {
        Some(StoredTemplate { subject, body }) => (TemplateSource { subject, body }, true),
        None => (TemplateSource::default_for(of.kind, of.language), false),
    })
}

/// Has letters say this from now on.
///
/// # Errors
/// [`TemplateError`].
pub async fn put(app: &App, manager: &Manager, of: TemplateKey, text: TemplateSource) -> Result<(), TemplateError> {
    Template::written(of.kind, &text)?;
    let (manager, now) = (manager.clone(), app.now());
    let text = StoredTemplate { subject: text.subject, body: text.body };
    let write = move |tx: &mut slotkeeper_store::Tx| {
        let account = &manager.account.id;
        email_templates::put(tx, account, (of.kind.as_str(), tag(of.language)), &text, now)?;
        tx.record(manager.change(now, Subject::account(account), Kind::Updated));
        Ok::<_, StoreError>(())
    };
    Ok(app.store().write(write).await?)
}

/// Has letters say again what comes with the program.
pub async fn reset(app: &App, manager: &Manager, of: TemplateKey) -> Result<(), StoreError> {
    let (manager, now) = (manager.clone(), app.now());
    let write = move |tx: &mut slotkeeper_store::Tx| {
        let account = &manager.account.id;
        if email_templates::remove(tx, account, of.kind.as_str(), tag(of.language))? {
            tx.record(manager.change(now, Subject::account(account), Kind::Updated));
        }
        Ok::<_, StoreError>(())
    };
    app.store().write(write).await
}

/// The letter that a text makes of an invented booking; nothing is kept.
///
/// # Errors
/// [`TemplateError`].
pub async fn preview(
    app: &App,
    manager: &Manager,
    of: TemplateKey,
    text: &TemplateSource,
) -> Result<RenderedEmail, TemplateError> {
    let template = Template::written(of.kind, text)?;
    let (unit, account) = (app.clone(), manager.account.clone());
    let business = app.store().read(move |db| business(db, &unit, &account)).await?;
    let business = business.ok_or_else(|| StoreError::inconsistent("a business without a currency"))?;
    let mut input = sample(of.kind, business, of.language, app.now());
    // As in every letter: there is no page of a booking yet.
    input.booking.link = None;
    Ok(render(&template, &input))
}
