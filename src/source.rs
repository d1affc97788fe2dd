//! Where facts come from. A source is one configured service; its kind decides the room that
//! speaks with it. Adding a kind is a room, a variant and an arm.
//!
//! A room may not know the store, the metrics or the pages: it tells a [`Witness`] what it learns,
//! in the words of the domain, and nothing of its wire shapes leaves it.

mod alibaba;
mod error;
mod huawei;
mod lenient;
mod oms;
mod signature;
mod transport;

pub use error::SourceError;
pub use transport::OpenError;

use crate::config::{Backend, SourceConfig};
use crate::domain::{Watched, Witness};

/// A service that can be polled.
#[derive(Debug)]
pub struct Source(Room);

#[derive(Debug)]
enum Room {
    Oms(oms::Oms),
}

impl Source {
    /// Prepares a client from its configuration. Nothing is sent yet.
    ///
    /// # Errors
    /// When a TLS file cannot be used.
    pub fn open(config: &SourceConfig) -> Result<Self, OpenError> {
        Ok(Self(match &config.backend {
            Backend::Oms(oms) => Room::Oms(oms::Oms::open(config, oms)?),
        }))
    }

    /// Reads every watched project once. It does not fail as a whole: each project's outcome is
    /// told to `witness` as soon as it is known, so dropping this future loses only what was still
    /// under way.
    pub async fn poll(&self, witness: &dyn Witness) -> Watched {
        match &self.0 {
            Room::Oms(oms) => oms.poll(witness).await,
        }
    }
}
