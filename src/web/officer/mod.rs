//! The desk of the Committee Services Manager, and of whoever else waits for something there: responding officers, chairs.
//! Everything here is under `/staff`.

mod changed;
mod decide;
mod desk;
mod history;
mod letters;
mod preview;
mod question;
mod questions;

use actix_web::web::{self, get, post, resource};

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    let question = |tail: &str| format!("/staff/questions/{{id}}{tail}");
    let letter = |tail: &str| format!("/staff/letters/{{id}}{tail}");
    cfg.service(resource("/staff").route(get().to(desk::show)))
        .service(resource("/staff/questions").route(get().to(questions::list)))
        .service(resource(question("")).route(get().to(question::show)))
        .service(resource(question("/approve")).route(post().to(decide::approve)))
        .service(
            resource(question("/reject"))
                .route(get().to(decide::write_rejection))
                .route(post().to(decide::reject)),
        )
        .service(resource(question("/reopen")).route(post().to(decide::reopen)))
        .service(resource(question("/admit")).route(post().to(decide::admit)))
        .service(resource(question("/keep")).route(post().to(decide::keep)))
        .service(
            resource(question("/withdraw"))
                .route(get().to(decide::ask_withdraw))
                .route(post().to(decide::withdraw)),
        )
        .service(
            resource(question("/text"))
                .route(get().to(decide::text))
                .route(post().to(decide::redact)),
        )
        .service(resource("/staff/letters").route(get().to(letters::list)))
        .service(resource(letter("")).route(get().to(letters::show)))
        .service(resource(letter("/resend")).route(post().to(letters::resend)))
        .service(resource(letter("/settle")).route(post().to(letters::settle)))
        .service(resource(letter("/printed")).route(post().to(letters::printed)));
}
