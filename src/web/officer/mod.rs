//! The desk of the Committee Services Manager, and of whoever else waits for something there: responding officers, chairs.
//! Everything here is under `/staff`.

mod agenda;
mod audit;
mod boards;
mod calendar;
mod changed;
mod contact_details;
mod dates;
mod decide;
mod desk;
mod history;
mod in_place;
mod letters;
mod meetings;
mod minutes;
mod new_question;
mod other_item;
mod preview;
mod private_link;
mod question;
mod questions;
mod redact;
mod reject_several;
mod responses;
mod search;
mod told;

pub use letters::mark_printed;
pub use question::ground_choices;

use actix_web::web;

use crate::web::routes::{get, post, resource};

/// Adds the routes.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(resource("/staff").route(get().to(desk::show)))
        .service(resource("/staff/audit").route(get().to(audit::list)))
        .service(resource("/staff/search").route(get().to(search::show)))
        .configure(of_questions)
        .configure(of_responses)
        .configure(of_letters)
        .configure(of_meetings)
        .configure(of_boards)
        .configure(of_the_calendar);
}

fn of_questions(cfg: &mut web::ServiceConfig) {
    let question = |tail: &str| format!("/staff/questions/{{id}}{tail}");
    cfg.service(resource("/staff/questions").route(get().to(questions::list)))
        .service(
            resource("/staff/questions/new")
                .route(get().to(new_question::show))
                .route(post().to(new_question::enter)),
        )
        .service(resource(question("")).route(get().to(question::show)))
        .service(resource(question("/approve")).route(post().to(decide::approve)))
        .service(
            resource(question("/reject"))
                .route(get().to(decide::write_rejection))
                .route(post().to(decide::reject)),
        )
        .service(resource(question("/reopen")).route(post().to(decide::reopen)))
        .service(resource(question("/admit")).route(post().to(decide::admit)))
        .service(
            resource(question("/item"))
                .route(get().to(other_item::show))
                .route(post().to(other_item::change)),
        )
        .service(resource(question("/keep")).route(post().to(decide::keep)))
        .service(resource(question("/stands")).route(post().to(decide::stands)))
        .service(
            resource(question("/in-place"))
                .route(get().to(in_place::ask))
                .route(post().to(in_place::post)),
        )
        .service(
            resource(question("/two-people"))
                .route(get().to(decide::ask_two_people))
                .route(post().to(decide::two_people)),
        )
        .service(
            resource(question("/withdraw"))
                .route(get().to(decide::ask_withdraw))
                .route(post().to(decide::withdraw)),
        )
        .service(resource(question("/arranged")).route(post().to(decide::arrange)))
        .service(
            resource(question("/contact-details"))
                .route(get().to(contact_details::show))
                .route(post().to(contact_details::correct)),
        )
        .service(
            resource(question("/private-link"))
                .route(get().to(private_link::show))
                .route(post().to(private_link::replace)),
        )
        .service(
            resource(question("/text"))
                .route(get().to(redact::show))
                .route(post().to(redact::act)),
        )
        .service(resource(question("/remove")).route(post().to(redact::remove)))
        .service(
            resource(question("/minutes"))
                .route(get().to(minutes::show))
                .route(post().to(minutes::write)),
        );
}

fn of_responses(cfg: &mut web::ServiceConfig) {
    cfg.service(resource("/staff/responses").route(get().to(responses::list)))
        .service(
            resource("/staff/responses/{id}")
                .route(get().to(responses::show))
                .route(post().to(responses::act)),
        );
}

fn of_letters(cfg: &mut web::ServiceConfig) {
    let letter = |tail: &str| format!("/staff/letters/{{id}}{tail}");
    cfg.service(resource("/staff/letters").route(get().to(letters::list)))
        .service(resource("/staff/letters/sent").route(get().to(letters::sent)))
        .service(resource(letter("")).route(get().to(letters::show)))
        .service(resource(letter("/came-back")).route(post().to(letters::came_back)))
        .service(resource(letter("/resend")).route(post().to(letters::resend)))
        .service(resource(letter("/settle")).route(post().to(letters::settle)))
        .service(resource(letter("/printed")).route(post().to(letters::printed)));
}

fn of_meetings(cfg: &mut web::ServiceConfig) {
    let meeting = |tail: &str| format!("/staff/meetings/{{id}}{tail}");
    let item = |tail: &str| format!("/staff/meetings/{{id}}/agenda/{{item}}{tail}");
    cfg.service(resource("/staff/meetings").route(get().to(meetings::list)))
        .service(
            resource("/staff/meetings/new")
                .route(get().to(meetings::blank))
                .route(post().to(meetings::add)),
        )
        .service(resource(meeting("")).route(get().to(meetings::show)))
        .service(
            resource(meeting("/edit"))
                .route(get().to(meetings::edit))
                .route(post().to(meetings::change)),
        )
        .service(
            resource(meeting("/cancel"))
                .route(get().to(meetings::ask_cancel))
                .route(post().to(meetings::cancel)),
        )
        .service(
            resource(meeting("/reject-several"))
                .route(get().to(reject_several::show))
                .route(post().to(reject_several::post)),
        )
        .service(resource(meeting("/publish")).route(post().to(meetings::publish)))
        .service(resource(meeting("/agenda")).route(post().to(agenda::add)))
        .service(
            resource(item(""))
                .route(get().to(agenda::show))
                .route(post().to(agenda::change)),
        )
        .service(resource(item("/move")).route(post().to(agenda::shift)))
        .service(
            resource(item("/remove"))
                .route(get().to(agenda::ask_remove))
                .route(post().to(agenda::remove)),
        );
}

fn of_boards(cfg: &mut web::ServiceConfig) {
    cfg.service(resource("/staff/boards").route(get().to(boards::list)))
        .service(
            resource("/staff/boards/new")
                .route(get().to(boards::blank))
                .route(post().to(boards::add)),
        )
        .service(
            resource("/staff/boards/{id}")
                .route(get().to(boards::show))
                .route(post().to(boards::change)),
        );
}

fn of_the_calendar(cfg: &mut web::ServiceConfig) {
    cfg.service(
        resource("/staff/calendar")
            .route(get().to(calendar::show))
            .route(post().to(calendar::add)),
    )
    .service(resource("/staff/calendar/remove").route(post().to(calendar::remove)));
}
