//! Operations: a path, a method, and a handler that states its permission.

use crate::body::{NewBody, NewWithoutBody};
use crate::caller::Caller;
use crate::document::{Describes, Description, Schemas};
use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};
use slotkeeper_app::App;
use slotkeeper_app::access::Action;
use slotkeeper_domain::visibility::PermissionRequirement;

/// The parameters of a handler whose first one is a [`Caller`]. Only such handlers can be operations:
///
/// ```
/// use slotkeeper_api::caller::Caller;
/// use slotkeeper_api::operation::Operations;
/// use slotkeeper_app::access::AnyKey;
///
/// async fn answer(_caller: Caller<AnyKey>) -> &'static str { "yes" }
/// Operations::new().get("/question", "Answers.", answer);
/// ```
///
/// A handler that does not say what the key must be allowed does not compile:
///
/// ```compile_fail
/// use slotkeeper_api::operation::Operations;
///
/// async fn answer() -> &'static str { "yes" }
/// Operations::new().get("/question", "Answers.", answer);
/// ```
///
/// Nor does one that goes on without the permission:
///
/// ```compile_fail
/// use slotkeeper_api::ApiError;
/// use slotkeeper_api::caller::Caller;
/// use slotkeeper_api::operation::Operations;
/// use slotkeeper_app::access::AnyKey;
///
/// async fn answer(_caller: Result<Caller<AnyKey>, ApiError>) -> &'static str { "yes" }
/// Operations::new().get("/question", "Answers.", answer);
/// ```
pub trait StatesPermission {
    /// The right that the caller must have.
    type Action: Action;
}

macro_rules! states_permission {
    ($($more:ident),*) => {
        impl<M, R: Action, $($more),*> StatesPermission for (M, Caller<R>, $($more),*) {
            type Action = R;
        }
    };
}

/// The parameters of a handler that creates something: a [`Caller`] first, and last a [`NewBody`] or a
/// [`NewWithoutBody`], so that the request can
/// carry a key and be sent again. One that cannot does not compile:
///
/// ```
/// use slotkeeper_api::body::NewBody;
/// use slotkeeper_api::caller::Caller;
/// use slotkeeper_api::operation::Operations;
/// use slotkeeper_app::access::AnyKey;
///
/// async fn create(_caller: Caller<AnyKey>, _body: NewBody<u32>) -> &'static str { "made" }
/// Operations::new().post("/things", "Creates a thing.", create);
/// ```
///
/// ```compile_fail
/// use slotkeeper_api::body::JsonBody;
/// use slotkeeper_api::caller::Caller;
/// use slotkeeper_api::operation::Operations;
/// use slotkeeper_app::access::AnyKey;
///
/// async fn create(_caller: Caller<AnyKey>, _body: JsonBody<u32>) -> &'static str { "made" }
/// Operations::new().post("/things", "Creates a thing.", create);
/// ```
pub trait TakesKey: StatesPermission {}

macro_rules! takes_key {
    ($($more:ident),*) => {
        impl<M, R: Action, $($more,)* B> TakesKey for (M, Caller<R>, $($more,)* NewBody<B>) {}
        impl<M, R: Action, $($more),*> TakesKey for (M, Caller<R>, $($more,)* NewWithoutBody) {}
    };
}

takes_key!();
takes_key!(A1);
takes_key!(A1, A2);
takes_key!(A1, A2, A3);
takes_key!(A1, A2, A3, A4);

states_permission!();
states_permission!(A);
states_permission!(A, B);
states_permission!(A, B, C);
states_permission!(A, B, C, D);
states_permission!(A, B, C, D, E);

/// One operation, as tests and documents see it.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The path, relative to `/v2`.
    pub path: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// What the key must be allowed.
    pub needs: PermissionRequirement,
    /// What it takes and gives.
    pub describe: fn(&mut Description, &mut Schemas),
}

/// The operations of the API and the router that serves them.
#[derive(Default)]
pub struct Operations {
    list: Vec<Operation>,
    router: Router<App>,
}

impl Operations {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an operation that reads.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, about: &'static str, handler: H) -> Self
    where
        H: Handler<T, App> + Describes<T>,
        T: StatesPermission + 'static,
    {
        self.add((Method::GET, MethodFilter::GET), path, about, handler)
    }

    /// Adds an operation that creates, or searches with a body.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, about: &'static str, handler: H) -> Self
    where
        H: Handler<T, App> + Describes<T>,
        T: TakesKey + 'static,
    {
        self.add((Method::POST, MethodFilter::POST), path, about, handler)
    }

    /// Adds an operation that changes.
    #[must_use]
    pub fn put<H, T>(self, path: &'static str, about: &'static str, handler: H) -> Self
    where
        H: Handler<T, App> + Describes<T>,
        T: StatesPermission + 'static,
    {
        self.add((Method::PUT, MethodFilter::PUT), path, about, handler)
    }

    /// Adds an operation that removes or cancels.
    #[must_use]
    pub fn delete<H, T>(self, path: &'static str, about: &'static str, handler: H) -> Self
    where
        H: Handler<T, App> + Describes<T>,
        T: StatesPermission + 'static,
    {
        self.add((Method::DELETE, MethodFilter::DELETE), path, about, handler)
    }

    fn add<H, T>(
        mut self,
        (method, filter): (Method, MethodFilter),
        path: &'static str,
        about: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App> + Describes<T>,
        T: StatesPermission + 'static,
    {
        let needs = <T::Action as Action>::REQUIRES;
        self.list.push(Operation { method, path, about, needs, describe: H::describe });
        // Clients put a slash before the query (wire reference, section 1.9).
        let with_slash = format!("{path}/");
        self.router = self.router.route(path, on(filter, handler.clone())).route(&with_slash, on(filter, handler));
        self
    }

    /// Every operation.
    #[must_use]
    pub fn list(&self) -> &[Operation] {
        &self.list
    }

    /// The router that serves them.
    pub fn into_router(self) -> Router<App> {
        self.router
    }
}
