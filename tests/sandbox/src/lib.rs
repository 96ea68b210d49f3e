//! What the phone talks to, on loopback: the platform of `docs/platform-api.yaml` over TLS, one mobile operator, and the
//! eight payment businesses with account ledgers of their own, with faults to switch on.
//!
//! It shares no type and no rule with `core/`. Tests hold it as a [`Sandbox`]; programs start the binary
//! `paytaipei-sandbox` and use a [`ControlClient`]. README.md says how to run it by hand.

mod back;
pub mod business;
mod clock;
pub mod contract;
pub mod control;
mod entropy;
mod faults;
mod front;
pub mod operator;
pub mod platform;
mod preload;
mod problem;
mod sandbox;
mod server;
mod store;

pub use back::Protocols;
pub use control::client::{ControlClient, ControlError};
pub use control::types::{
    BillChange, BillName, CatalogueChange, Charge, DoubleCharge, Fault, FaultKind, IssuedBill, Ledger, NewBill,
    PendingApproval, PlatformPayment, Route, Settings, Totals,
};
pub use sandbox::Sandbox;
pub use server::{Options, Ready, SandboxError, run};
