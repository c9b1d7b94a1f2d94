//! Journeys over HTTP, a file for each persona.

mod bots;
mod chair;
mod changes;
mod closing;
mod confirmation;
mod contact_details;
mod contested;
mod desk;
mod drafts;
mod evening;
mod every_route;
mod figures;
mod follow_up;
mod following;
mod guards;
mod import;
mod letters;
mod naming;
mod next_meeting;
mod officer;
mod papers;
mod private_link;
mod public_pages;
mod quotas;
mod redaction;
mod reject_several;
mod resident;
mod rush;
mod sign_in;
mod staff;
mod typed;
mod who_sees_what;

#[path = "../support/app.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod app;
