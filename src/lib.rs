//! Public Question Time: Halton Borough Council's Standing Order 34(9), carried out.
//!
//! The floors of the house, lowest first; each may use those below it and none above.

pub mod clock;
pub mod config;
pub mod private_files;

pub mod domain;

pub mod store;

pub mod service;

pub mod documents;
pub mod import;
pub mod mail;
pub mod web;

pub mod cli;
