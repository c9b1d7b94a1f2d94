//! Standing Order 34(9), clause by clause.

mod figures;
mod notice;
mod working_days;
