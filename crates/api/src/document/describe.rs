//! What operations take and give, read off the types of their handlers.

use super::schemas::Schemas;
use crate::answer::{Changed, Created, CreatedEmpty, NoContent, OkJson};
use crate::body::{JsonBody, NewBody, NewWithoutBody};
use crate::caller::Caller;
use crate::error::ApiError;
use crate::path::{Id, Ids, PathId};
use crate::query::{Parameter, Parameters, Query, UnreadQuery};
use axum::Json;
use axum::extract::State;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Value, json};
use slotkeeper_app::access::Action;
use std::borrow::Cow;
use std::marker::PhantomData;

/// A parameter of a query.
#[derive(Debug, Clone)]
pub struct ParameterDescription {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it is for.
    pub about: String,
    /// What it can be.
    pub schema: Value,
    /// Whether it must be there.
    pub required: bool,
}

/// The schema of what is written in JSON as a [`Parameter`] is in a query: for `schemars(with)`.
pub struct AsParameter<T>(PhantomData<T>);

impl<T: Parameter> JsonSchema for AsParameter<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        std::any::type_name::<T>().into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        T::schema().try_into().unwrap_or_default()
    }
}

/// A body that says what changes where it is sent for something that is there, and must say more where it is sent for
/// something new.
pub trait Completable: JsonSchema {
    /// What the schema of the body for something new is called.
    const COMPLETE: &'static str;
    /// What it must say then.
    const REQUIRED: &'static [&'static str];
}

/// The body for something new. The handler finds out whether it is complete, and the document tells what that is.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct Complete<T>(pub T);

impl<T: Completable> JsonSchema for Complete<T> {
    fn schema_name() -> Cow<'static, str> {
        T::COMPLETE.into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        require(&mut schema, T::REQUIRED);
        schema
    }
}

/// Has an object's schema demand these members. A text that must be there is more than space.
pub(crate) fn require(schema: &mut Schema, members: &[&str]) {
    if members.is_empty() {
        return;
    }
    schema.insert("required".to_owned(), json!(members));
    for member in members {
        let Some(property) = schema.pointer_mut(&format!("/properties/{member}")).and_then(Value::as_object_mut) else {
            continue;
        };
        let is_text = property.get("type").is_some_and(|kind| *kind == json!(["string", "null"]));
        if is_text && !property.contains_key("format") {
            property.insert("pattern".to_owned(), json!(r"\S"));
        }
    }
}

/// What an operation takes and gives.
#[derive(Debug, Default)]
pub struct Description {
    /// The ids in its path, in order: what each belongs to.
    pub ids: Vec<&'static str>,
    /// The parameters of its query.
    pub query: Vec<ParameterDescription>,
    /// The schema of its body.
    pub body: Option<Value>,
    /// Whether the request can have a key of its own.
    pub takes_key: bool,
    /// The status of its success.
    pub status: u16,
    /// The schema of the answer.
    pub answer: Option<Value>,
    /// Whether the answer says where the thing is.
    pub location: bool,
}

/// A parameter of a handler that says what it takes from the request.
pub trait Taken {
    /// Adds it.
    fn describe(to: &mut Description, schemas: &mut Schemas);
}

/// An answer that says what it gives.
pub trait Given {
    /// Adds it.
    fn describe(to: &mut Description, schemas: &mut Schemas);
}

/// A handler whose parameters and answer say what they are. `T` is what axum's `Handler` has there.
pub trait Describes<T> {
    /// Adds it all.
    fn describe(to: &mut Description, schemas: &mut Schemas);
}

macro_rules! describes {
    ($($taken:ident),*) => {
        impl<F, Answers, A, M, R: Action, $($taken: Taken),*> Describes<(M, Caller<R>, $($taken,)*)> for F
        where
            F: FnOnce(Caller<R>, $($taken),*) -> Answers,
            Answers: Future<Output = A>,
            A: Given,
        {
            fn describe(to: &mut Description, schemas: &mut Schemas) {
                $($taken::describe(to, schemas);)*
                A::describe(to, schemas);
            }
        }
    };
}

describes!();
describes!(T1);
describes!(T1, T2);
describes!(T1, T2, T3);
describes!(T1, T2, T3, T4);
describes!(T1, T2, T3, T4, T5);

impl<S> Taken for State<S> {
    fn describe(_: &mut Description, _: &mut Schemas) {}
}

impl<T: Parameters> Taken for Query<T> {
    fn describe(to: &mut Description, _: &mut Schemas) {
        to.query.extend(T::describe());
    }
}

/// A page token stands for all of them.
impl<T: Parameters> Taken for UnreadQuery<T> {
    fn describe(to: &mut Description, _: &mut Schemas) {
        to.query.extend(T::describe().into_iter().map(|one| ParameterDescription { required: false, ..one }));
    }
}

impl<T: PathId> Taken for Id<T> {
    fn describe(to: &mut Description, _: &mut Schemas) {
        to.ids.push(T::WHAT);
    }
}

impl<A: PathId, B: PathId> Taken for Ids<A, B> {
    fn describe(to: &mut Description, _: &mut Schemas) {
        to.ids.extend([A::WHAT, B::WHAT]);
    }
}

impl<T: JsonSchema> Taken for JsonBody<T> {
    fn describe(to: &mut Description, schemas: &mut Schemas) {
        to.body = Some(schemas.request::<T>().to_value());
    }
}

impl<T: JsonSchema> Taken for NewBody<T> {
    fn describe(to: &mut Description, schemas: &mut Schemas) {
        to.body = Some(schemas.request::<T>().to_value());
        to.takes_key = true;
    }
}

impl Taken for NewWithoutBody {
    fn describe(to: &mut Description, _: &mut Schemas) {
        to.takes_key = true;
    }
}

impl<A: Given> Given for Result<A, ApiError> {
    fn describe(to: &mut Description, schemas: &mut Schemas) {
        A::describe(to, schemas);
    }
}

/// Status, whether there is a body, and whether there is a `Location`.
macro_rules! given {
    ($($answer:ty: $status:literal, $location:literal;)*) => {$(
        impl<T: JsonSchema> Given for $answer {
            fn describe(to: &mut Description, schemas: &mut Schemas) {
                to.status = $status;
                to.answer = Some(schemas.answer::<T>().to_value());
                to.location = $location;
            }
        }
    )*};
}

given! {
    Json<T>: 200, false;
    OkJson<T>: 200, false;
    Changed<T>: 200, true;
    Created<T>: 201, true;
}

impl Given for CreatedEmpty {
    fn describe(to: &mut Description, _: &mut Schemas) {
        (to.status, to.location) = (201, true);
    }
}

impl Given for NoContent {
    fn describe(to: &mut Description, _: &mut Schemas) {
        to.status = 204;
    }
}

/// An operation that never succeeds.
impl Given for ApiError {
    fn describe(_: &mut Description, _: &mut Schemas) {}
}

/// Handlers of tests that answer something else.
impl Given for &'static str {
    fn describe(to: &mut Description, _: &mut Schemas) {
        to.status = 200;
        to.answer = Some(json!({}));
    }
}

impl Given for String {
    fn describe(to: &mut Description, schemas: &mut Schemas) {
        <&str as Given>::describe(to, schemas);
    }
}
