//! Every route, area by area, and the list of them.
//!
//! An area adds its routes with [`resource`], [`get`] and [`post`] of this module. They read like actix's own, and note the path and the
//! method as well, so that [`list`] is made by the very calls that serve: a test goes through it as every role, and a new route cannot be
//! forgotten. Clippy refuses actix's own (`clippy.toml`). The routes of the API are in its document, which is made the same way.

use std::cell::RefCell;

use actix_web::{
    App, FromRequest, Handler, Responder,
    dev::{AppService, HttpServiceFactory},
    http::Method,
    web,
};

use crate::service::ServiceError;
use crate::web::{Failure, api, assets, chair, health, live, officer, papers, public, staff};

/// Adds every route.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.configure(assets::configure)
        .configure(health::configure)
        .configure(api::configure)
        .configure(live::configure)
        .configure(staff::configure)
        .configure(officer::configure)
        .configure(chair::configure)
        .configure(papers::configure)
        .configure(public::configure)
        .default_service(web::to(nothing));
}

async fn nothing() -> Result<&'static str, Failure> {
    Err(ServiceError::NotFound.into())
}

/// Whether a path belongs to the API, where answers are for programs.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// A route: its path with the names of its parts, and the method that it answers.
pub type Listed = (String, Method);

thread_local! {
    /// What has been added since somebody began to list; none where nobody lists.
    static LISTING: RefCell<Option<Vec<Listed>>> = const { RefCell::new(None) };
}

/// Returns every route outside the API's document.
pub fn list() -> Vec<Listed> {
    LISTING.set(Some(Vec::new()));
    // an application calls this at once, and is not needed afterwards
    drop(App::new().configure(configure));
    LISTING.take().unwrap_or_default()
}

/// A path with its routes, which are listed.
pub struct Resource {
    path: String,
    inner: actix_web::Resource,
}

/// Begins the routes of a path.
#[allow(
    clippy::disallowed_methods,
    reason = "here alone, where it is listed as well"
)]
pub fn resource(path: impl Into<String>) -> Resource {
    let path = path.into();
    Resource {
        inner: web::resource(path.clone()),
        path,
    }
}

impl Resource {
    /// Adds a route.
    pub fn route(mut self, route: Route) -> Self {
        LISTING.with_borrow_mut(|listing| {
            if let Some(listing) = listing {
                listing.push((self.path.clone(), route.method));
            }
        });
        self.inner = self.inner.route(route.inner);
        self
    }
}

impl HttpServiceFactory for Resource {
    fn register(self, config: &mut AppService) {
        self.inner.register(config);
    }
}

/// A method with its handler.
pub struct Route {
    method: Method,
    inner: actix_web::Route,
}

/// A method that waits for its handler.
pub struct Verb(Method);

impl Verb {
    /// Names the handler.
    pub fn to<F, Args>(self, handler: F) -> Route
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        Route {
            inner: web::method(self.0.clone()).to(handler),
            method: self.0,
        }
    }
}

/// A route for GET.
pub fn get() -> Verb {
    Verb(Method::GET)
}

/// A route for HEAD.
pub fn head() -> Verb {
    Verb(Method::HEAD)
}

/// A route for POST.
pub fn post() -> Verb {
    Verb(Method::POST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_listed_and_nothing_else() {
        let listed = list();
        let route = |path: &str, method| (path.to_owned(), method);
        assert!(listed.contains(&route("/staff/questions/{id}/reject", Method::POST)));
        assert!(listed.contains(&route("/meetings/{id}/live", Method::GET)));
        assert!(!listed.contains(&route("/meetings/{id}/live", Method::POST)));
        assert_eq!(list(), listed, "as often as it is asked");
    }
}
