//! Letters: what they say, how they leave, and that none is lost.

mod bounces;
mod delivery;
mod desk;
mod folder;
mod headers;
mod killed;
mod smtp;
mod smtp_server;
mod support;
mod turns;
mod typed;
mod wording;
mod worker;
