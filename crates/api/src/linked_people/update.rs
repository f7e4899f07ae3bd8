//! `PUT /customers/{customerid}/linkedpeople/{id}`: change somebody linked to a customer. A member that is missing keeps its
//! value.

use crate::answer::Changed;
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::customers::body::PersonBody;
use crate::customers::person::{LinkedPerson, Viewer};
use crate::customers::refused;
use crate::error::ApiError;
use crate::path::Ids;
use axum::extract::State;
use slotkeeper_app::App;
use slotkeeper_app::catalogue::read::read;
use slotkeeper_app::customers::rights::{ReadCustomers, WriteCustomers};
use slotkeeper_app::linked_people::update::update as change;
use slotkeeper_domain::id::{CustomerId, LinkedPersonId};

/// Changes what is known of the person.
pub(crate) async fn update(
    caller: Caller<WriteCustomers>,
    State(app): State<App>,
    Ids(customer, id): Ids<CustomerId, LinkedPersonId>,
    JsonBody(body): JsonBody<PersonBody>,
) -> Result<Changed<LinkedPerson>, ApiError> {
    let (said, sees) = (body.said()?, caller.holder().access::<ReadCustomers>());
    let fields = said.fields();
    let changed =
        change(&app, caller.access(), sees.as_ref(), (customer, id), fields, move |known| said.over(known)).await;
    let changed = changed.map_err(refused)?;
    let catalogue = read(&app, caller.access()).await?;
    let path = super::path(&changed.customer, &changed.id);
    Ok(Changed::new(&app, &path, Viewer::of(&app, &caller).with(&catalogue).linked(&changed)))
}
