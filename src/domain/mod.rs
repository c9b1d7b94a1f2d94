//! The rule: Halton Borough Council's Standing Order 34(9), Public Question Time.
//!
//! Values in, decisions out. Nothing here reads a clock, a file or a database, and nothing waits: what a decision depends on
//! is an argument, so that every clause can be tested with tables and properties. The floors above carry the decisions to
//! people.
//!
//! Types follow "parse, don't validate": a [`question::QuestionText`] or a [`questioner::Postcode`] that exists is well formed.

pub mod agenda;
pub mod codes;
pub mod id;
pub mod local_time;
pub mod malformed;
pub mod masked;
pub mod meeting;
pub mod numbers;
pub mod personal_details;
pub mod postcode_directory;
pub mod publication;
pub mod published_reply;
pub mod question;
pub mod questioner;
pub mod reference;
pub mod refusal;
pub mod room_name;
pub mod same_person;
pub mod similarity;
pub mod speaking_time;
pub mod standing_order;
pub mod status;
pub mod text;
pub mod time_of_day;
pub mod wording;
pub mod working_days;
