//! FLOOR 3. Letters: from facts in the outbox to words on a screen or on paper, and out of the house.
//!
//! `words` says what each letter says, once. [`letters`] turns that into plain text, HTML for e-mail and HTML to print,
//! `message` into an e-mail, [`transport`] hands it over, and [`worker`] keeps at it.

pub mod bounces;
pub mod letters;
mod message;
mod samples;
pub mod transport;
mod words;
pub mod worker;

pub use letters::{Rendered, preview, printable, render};
pub use samples::{Sample, samples, write_samples};
pub use transport::{MemoryPostman, postman};
pub use worker::{Bell, spawn};
