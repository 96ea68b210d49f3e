//! The verified number against hostile operators and thieves. [`cases::run`] tries all there is, [`table`] says how it went.

pub mod cases;
pub mod signer;
pub mod table;
