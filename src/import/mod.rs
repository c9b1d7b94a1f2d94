//! FLOOR 3: reading what others publish.

pub mod postcodes;
