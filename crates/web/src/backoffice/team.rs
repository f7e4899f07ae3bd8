//! `/backoffice/team`: the members of the team; invites and removes them.

use crate::Web;
use crate::error::{PageError, PageResult};
use crate::extract::{Path, Query};
use crate::form::{Errors, Form};
use crate::page::{self, FlashQuery, Layout, Unconfirmed};
use crate::session::OwnerPage;
use askama::Template;
use axum::extract::State;
use serde::Deserialize;
use slotkeeper_app::caller::Owner;
use slotkeeper_app::users::invite::{self, InviteError};
use slotkeeper_app::users::{list, remove};
use slotkeeper_domain::account::Role;
use slotkeeper_domain::id::UserId;
use slotkeeper_store::tables::users::User;

const NO_MAIL: &str = "The invitation was not sent: no mail server is configured.";
const CHOOSE_A_ROLE: &str = "Choose a role: manager or staff.";

#[derive(Template)]
#[template(path = "backoffice/team.html")]
struct TeamPage<'a> {
    layout: Layout,
    people: Vec<User>,
    form: &'a InviteForm,
    errors: Errors,
    sends_email: bool,
    /// Present while the owner's own address is not confirmed: until then no invitation is sent.
    unconfirmed: Option<Unconfirmed>,
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Manager => "Manager",
        Role::Staff => "Staff",
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct InviteForm {
    name: String,
    email: String,
    role: String,
}

pub(crate) async fn show(
    State(web): State<Web>,
    OwnerPage(owner): OwnerPage,
    Query(query): Query<FlashQuery>,
) -> PageResult {
    render(&web, &owner, &InviteForm::default(), Errors::default(), query.notice.as_deref()).await
}

async fn render(web: &Web, owner: &Owner, form: &InviteForm, errors: Errors, notice: Option<&str>) -> PageResult {
    let people = list::list(&web.app, owner).await?;
    let layout = Layout::of(owner, "/backoffice/team").with_flash(notice);
    let (sends_email, unconfirmed) = (web.sends_email(), page::unconfirmed(web, owner));
    Ok(page::render(errors.status(), &TeamPage { layout, people, form, errors, sends_email, unconfirmed }))
}

pub(crate) async fn invite(
    State(web): State<Web>,
    OwnerPage(owner): OwnerPage,
    Form(form): Form<InviteForm>,
) -> PageResult {
    let mut errors = Errors::default();
    let name = errors.require("name", &form.name, "Enter the person's name.");
    let address = errors.require("email", &form.email, "Enter the person's e-mail address.");
    let role = errors.choose("role", &form.role, CHOOSE_A_ROLE);
    let (Some(name), Some(address), Some(role)) = (name, address, role) else {
        return render(&web, &owner, &form, errors, None).await;
    };
    if !web.sends_email() {
        return render(&web, &owner, &form, Errors::one("", NO_MAIL), None).await;
    }
    let errors = match invite::invite(&web.app, &owner, name, address, role).await {
        Ok(()) => return Ok(page::see_other("/backoffice/team?notice=invited")),
        Err(InviteError::AddressTaken) => Errors::one("email", "This address is used by an account already."),
        Err(InviteError::Owner) => Errors::one("role", CHOOSE_A_ROLE),
        Err(InviteError::Unconfirmed) => {
            Errors::one("", "Confirm your own e-mail address first: the invitation names it.")
        }
        Err(InviteError::Declined) => Errors::one(
            "email",
            "This person declined an invitation from you. Ask again in 90 days, or in another way.",
        ),
        Err(InviteError::Full) => Errors::one("", "An account can have 200 people, and yours has."),
        Err(InviteError::TooMany(too_many)) => Errors::one(
            "email",
            format!("Many e-mails were sent already. Please wait {}.", page::wait_in_words(too_many)),
        ),
        Err(InviteError::Store(error)) => return Err(error.into()),
    };
    render(&web, &owner, &form, errors, None).await
}

#[derive(Template)]
#[template(path = "backoffice/remove_person.html")]
struct RemovePage {
    layout: Layout,
    name: String,
    email: String,
}

pub(crate) async fn ask_remove(
    State(web): State<Web>,
    OwnerPage(owner): OwnerPage,
    Path(id): Path<UserId>,
) -> PageResult {
    let people = list::list(&web.app, &owner).await?;
    let found = people.into_iter().find(|person| person.id == id && person.role != Role::Owner);
    let person = found.ok_or(PageError::NotFound)?;
    Ok(page::show(&RemovePage {
        layout: Layout::of(&owner, "").narrowed(),
        name: person.name.to_string(),
        email: person.email_address.to_string(),
    }))
}

pub(crate) async fn remove(State(web): State<Web>, OwnerPage(owner): OwnerPage, Path(id): Path<UserId>) -> PageResult {
    if !remove::remove(&web.app, &owner, id).await? {
        return Err(PageError::NotFound);
    }
    Ok(page::see_other("/backoffice/team?notice=removed"))
}
