//! `/developer/applications/{id}`: one application, its installations and settings, and the builder of Authorization
//! URLs.

use super::register::{callback_url, description};
use crate::Web;
use crate::error::{PageError, PageResult};
use crate::extract::Path;
use crate::form::{Errors, Form};
use crate::page::{self, Layout, last_used, when};
use crate::session::DeveloperPage;
use askama::Template;
use axum::extract::{RawQuery, State};
use serde::Deserialize;
use slotkeeper_app::applications::register::authorization_address;
use slotkeeper_app::applications::show::ApplicationView;
use slotkeeper_app::applications::{show, update};
use slotkeeper_app::caller::Developer;
use slotkeeper_domain::id::{AccountId, ApplicationId, AuthorizationId};
use slotkeeper_domain::permission::{Area, Permission, PermissionSet};
use slotkeeper_domain::secret_key::Overlap;

#[derive(Template)]
#[template(path = "developer/application.html")]
struct ApplicationPage {
    layout: Layout,
    id: String,
    name: String,
    description: String,
    callback_url: String,
    /// The saved callback URL. `callback_url` is the value of the form, which may have been refused.
    current_callback: Option<String>,
    secret_keys: Vec<String>,
    current_key: String,
    signs_with_newest: bool,
    authorization_address: String,
    built: Option<String>,
    none_chosen: bool,
    areas: Vec<(&'static str, Vec<PermissionChoice>)>,
    overlaps: [(Overlap, &'static str, &'static str); 4],
    installations: Vec<Installation>,
    next: Option<String>,
    errors: Errors,
}

struct PermissionChoice {
    permission: Permission,
    ticked: bool,
}

struct Installation {
    business: String,
    account: String,
    authorization: String,
    permissions: Vec<&'static str>,
    since: String,
    last_used: String,
}

/// The query: chosen permissions, whether to show their Authorization URL, after which installation the list
/// continues, and the flash message.
#[derive(Default)]
struct ApplicationQuery {
    permissions: PermissionSet,
    show_url: bool,
    after: Option<(AccountId, AuthorizationId)>,
    notice: Option<String>,
}

impl ApplicationQuery {
    fn of(query: &str) -> Self {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let ticked = pairs.iter().filter(|(name, _)| name == "permissions").filter_map(|(_, word)| word.parse().ok());
        Self {
            permissions: ticked.collect::<PermissionSet>(),
            show_url: value("show").is_some(),
            after: value("after").and_then(|text| {
                let (account, id) = text.split_once('.')?;
                Some((account.parse().ok()?, id.parse().ok()?))
            }),
            notice: value("notice").map(str::to_owned),
        }
    }
}

/// The values of a form that was refused, and what is wrong with them.
#[derive(Default)]
struct ReturnedForm {
    description: Option<String>,
    callback_url: Option<String>,
    errors: Errors,
}

pub(crate) async fn show(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Path(id): Path<ApplicationId>,
    RawQuery(query): RawQuery,
) -> PageResult {
    let view = ApplicationQuery::of(query.as_deref().unwrap_or_default());
    render(&web, &developer, id, view, ReturnedForm::default()).await
}

async fn render(
    web: &Web,
    developer: &Developer,
    id: ApplicationId,
    view: ApplicationQuery,
    returned: ReturnedForm,
) -> PageResult {
    let found = show::show(&web.app, developer, id, view.after.clone()).await?;
    let found = found.ok_or(PageError::NotFound)?;
    Ok(page::render(returned.errors.status(), &page_of(web, developer, found, view, returned)))
}

fn page_of(
    web: &Web,
    developer: &Developer,
    found: ApplicationView,
    view: ApplicationQuery,
    returned: ReturnedForm,
) -> ApplicationPage {
    let ApplicationView { application, secret_keys, signing_key, installations, next } = found;
    let zone = &developer.account.zone;
    let address = authorization_address(&web.app, &application.id);
    let state = if application.callback_url.is_some() { "&state=RANDOM_TOKEN" } else { "" };
    let built =
        (!view.permissions.is_empty()).then(|| format!("{address}&permissions={}{state}", view.permissions.to_list()));
    let chosen: Vec<Permission> = view.permissions.iter().collect();
    let choice = |permission: Permission| PermissionChoice { permission, ticked: chosen.contains(&permission) };
    ApplicationPage {
        layout: Layout::of(developer, "").with_flash(view.notice.as_deref()),
        id: application.id.to_string(),
        name: application.name.to_string(),
        description: returned.description.unwrap_or(application.description),
        current_callback: application.callback_url.as_ref().map(ToString::to_string),
        callback_url: returned
            .callback_url
            .or_else(|| application.callback_url.map(|callback| callback.to_string()))
            .unwrap_or_default(),
        current_key: secret_keys.first().map(|key| key.id.to_string()).unwrap_or_default(),
        signs_with_newest: signing_key.is_some() && secret_keys.first().map(|key| &key.id) == signing_key.as_ref(),
        secret_keys: secret_keys
            .iter()
            .map(|key| match key.ends_at {
                None => format!("Made {}.", when(key.created_at, zone)),
                Some(end) => format!("The one made {} works until {}.", when(key.created_at, zone), when(end, zone)),
            })
            .collect(),
        authorization_address: address,
        none_chosen: view.show_url && built.is_none(),
        built,
        areas: Area::ALL
            .into_iter()
            .map(|area| {
                let choices = Permission::ALL.into_iter().filter(|permission| permission.area() == area).map(choice);
                (area.heading(), choices.collect())
            })
            .collect(),
        overlaps: Overlap::CHOICES,
        installations: installations
            .into_iter()
            .map(|installation| Installation {
                business: installation.account_name.to_string(),
                account: installation.authorization.account.to_string(),
                authorization: installation.authorization.id.to_string(),
                permissions: installation.authorization.permissions.telling().map(Permission::as_str).collect(),
                since: when(installation.authorization.created_at, zone),
                last_used: last_used(installation.authorization.last_used_at, zone),
            })
            .collect(),
        next: next.map(|(account, id)| format!("{account}.{id}")),
        errors: returned.errors,
    }
}

#[derive(Deserialize)]
pub(crate) struct DescriptionForm {
    description: String,
}

pub(crate) async fn set_description(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Path(id): Path<ApplicationId>,
    Form(form): Form<DescriptionForm>,
) -> PageResult {
    let mut errors = Errors::default();
    let Some(text) = description(&mut errors, &form.description) else {
        let returned = ReturnedForm { description: Some(form.description), errors, ..ReturnedForm::default() };
        return render(&web, &developer, id, ApplicationQuery::default(), returned).await;
    };
    let target = format!("/developer/applications/{id}?notice=saved");
    if !update::set_description(&web.app, &developer, id, text).await? {
        return Err(PageError::NotFound);
    }
    Ok(page::see_other(&target))
}

#[derive(Deserialize)]
pub(crate) struct CallbackForm {
    #[serde(default)]
    callback_url: String,
    /// Present when the button *Remove* was pressed.
    remove: Option<String>,
}

pub(crate) async fn set_callback_url(
    State(web): State<Web>,
    DeveloperPage(developer): DeveloperPage,
    Path(id): Path<ApplicationId>,
    Form(form): Form<CallbackForm>,
) -> PageResult {
    let mut errors = Errors::default();
    let text = if form.remove.is_some() { "" } else { form.callback_url.as_str() };
    let Some(callback_url) = callback_url(&mut errors, text) else {
        let returned = ReturnedForm { callback_url: Some(form.callback_url), errors, ..ReturnedForm::default() };
        return render(&web, &developer, id, ApplicationQuery::default(), returned).await;
    };
    let notice = match (&callback_url, web.sends_email()) {
        (Some(_), _) => "saved",
        (None, true) => "callback-removed",
        (None, false) => "callback-removed-no-mail",
    };
    let target = format!("/developer/applications/{id}?notice={notice}");
    if !update::set_callback_url(&web.app, &developer, id, callback_url).await? {
        return Err(PageError::NotFound);
    }
    Ok(page::see_other(&target))
}
