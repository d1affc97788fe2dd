//! Alibaba Cloud's gateway (OpenAPI) before OceanBase Migration Service: where the keys to it come
//! from, how a request is signed with them, and what the gateway's own refusals mean. What lies
//! behind the gateway is the API of OMS, which has its own room.
//!
//! It may not know the process' environment: the part that matters comes with the configuration.

mod credentials;
mod gateway;
mod refusal;
mod sign;

pub(super) use gateway::{Gateway, Key};
