//! A Prometheus exporter for database migrations.
//!
//! # The map of the house
//!
//! Facts flow one way, from left to right:
//!
//! ```text
//! config ──> source ──> domain ──> store ──> metrics ──> http
//!               ^                    ^
//!             poll (when) ───────────┘      app wires, cli asks, sim stands in for the world
//! ```
//!
//! | room | what it is for | what it may know |
//! |---|---|---|
//! | [`config`] | the file, checked whole, every fault with its position | – |
//! | [`domain`] | what a migration is: project, step, replication; no vendor, no wire format | – |
//! | [`source`] | one room per kind of service, with its loose wire shapes; only domain types leave it | config, domain |
//! | [`store`] | the newest reading of each project, its age and its last failure | domain |
//! | [`metrics`] | families declared once in tables, and the exposition made from them | domain, store |
//! | [`poll`] | when to ask: one loop a source | config, domain, source, store, metrics |
//! | [`http`] | what is served: metrics, health, a page for people | domain, store, metrics |
//! | [`sim`] | a simulated world over real HTTP, for the demo and the tests; it shares no type with `source` | – |
//! | [`doctor`] | finds out why a source cannot be read, step by step | config, domain, source, store, metrics, poll |
//! | [`app`] | puts the parts together | all but cli, sim and doctor |
//! | [`shutdown`] | how the process ends | – |
//! | [`cli`] | commands and flags, and what they print | all |
//!
//! A test reads every file's imports and holds them against this table.

pub mod app;
pub mod cli;
pub mod config;
pub mod doctor;
pub mod domain;
pub mod http;
pub mod metrics;
pub mod poll;
pub mod shutdown;
pub mod sim;
pub mod source;
pub mod store;
