//! Nothing that anybody may ask for reads a whole meeting or a whole table. [`list`] names each read with its bound; the test asks for
//! each of them where little and where much is behind it, and compares what the database was asked and what it had to read.

#[path = "../support/app.rs"]
#[allow(
    dead_code,
    reason = "each test binary includes this file and uses what it needs"
)]
mod app;
#[path = "../support/databases.rs"]
mod databases;
#[path = "../support/postgres.rs"]
#[allow(
    dead_code,
    reason = "each test binary includes this file and uses what it needs"
)]
mod postgres;

mod grows;
mod list;
mod measure;
mod town;
