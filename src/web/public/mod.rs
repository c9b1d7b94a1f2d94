//! The pages for residents: the meetings, asking a question, the questions put before, and each question's private page.

mod ask;
mod ask_instead;
mod home;
mod information;
mod letters_address;
mod meetings;
mod questions;
mod words;
mod your_question;

use actix_web::{
    HttpResponse,
    http::header::{HeaderName, HeaderValue},
    web,
};

pub use words::count;

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.configure(home::configure)
        .configure(meetings::configure)
        .configure(questions::configure)
        .configure(ask::configure)
        .configure(your_question::configure)
        .configure(ask_instead::configure)
        .configure(letters_address::configure)
        .configure(information::configure);
}

/// A page that belongs to one person: search engines leave it out. (Browsers keep no copy: that is the default.)
fn personal(mut answer: HttpResponse) -> HttpResponse {
    answer.headers_mut().insert(
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex, nofollow"),
    );
    answer
}
