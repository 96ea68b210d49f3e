//! A seeded world of phones, platform, businesses and network in simulated time, around the phone's real code and a real
//! SQLite: the proof of exactly once. `docs/exactly-once.md` has the argument, `docs/simulation.md` what is played.

pub mod business;
pub mod check;
pub mod counts;
pub mod platform;
pub mod ports;
pub mod rng;
pub mod vfs;
pub mod world;

pub use check::Violation;
pub use counts::{Counts, Fault};
pub use platform::Plant;
pub use world::{Ended, Setup, World};
