//! The pages.

pub mod assets;
pub mod components;
pub mod page;
