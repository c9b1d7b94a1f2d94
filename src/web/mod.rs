//! FLOOR 3: pages and the REST API, over HTTP.
//!
//! What happens to every request, from the outside in ([`server`]): it gets an identifier ([`request_id`]); its answer gets
//! the security headers ([`headers`]); failures become pages or problem documents ([`faults`]); its body is read and the
//! moment of receipt stamped ([`receipt`]); forms are held against their token ([`csrf`]); the route answers.
//!
//! A handler takes [`session::Visitor`] or [`session::Staff`], runs one act of the service off the event loop, and renders a
//! template with [`pages::page`].

pub mod assets;
pub mod components;
pub mod page;
pub mod page_cache;

pub mod changes;
pub mod cookies;
pub mod csrf;
pub mod executor;
pub mod failure;
pub mod faults;
pub mod forms;
pub mod headers;
pub mod health;
pub mod limits;
pub mod marked;
pub mod metrics;
pub mod pages;
mod personal;
pub mod problem;
pub mod quotas;
pub mod receipt;
pub mod request_id;
pub mod routes;
pub mod server;
pub mod session;
pub mod state;

pub mod api;
pub mod chair;
pub mod live;
pub mod officer;
pub mod papers;
pub mod public;
pub mod staff;

pub use failure::{Answer, Failure};
pub use forms::{Fields, Form, FormState};
pub use receipt::Received;
pub use session::{ApiActor, Staff, Visitor};
pub use state::AppState;
