//! Standing Order 34(9), clause by clause: tables where the rule names cases, properties where it names none.

#[path = "../support/plain_meeting.rs"]
#[allow(dead_code, reason = "each test crate uses its own part of it")]
mod plain_meeting;

mod agenda_matter;
mod figures;
mod given;
mod notice;
mod one_question;
mod question_text;
mod question_time;
mod questioner;
mod reference;
mod refusal;
mod rejection;
mod repetition;
mod residents;
mod same_person;
mod similarity;
mod status;
mod working_days;
mod written_response;
