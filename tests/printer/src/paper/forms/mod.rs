//! The billers' forms. [`parts`] holds what they share.

pub mod kinmen_water;
mod parts;
pub mod slip;
pub mod taipei_parking;
pub mod taipei_water;
mod wording;
