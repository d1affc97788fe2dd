//! Alibaba Cloud: where the keys to it come from, and how a request is signed with them.
//!
//! It may not know the configuration's keys nor the process' environment: both are handed in.

#![cfg_attr(not(test), expect(dead_code, reason = "the room that asks this cloud for projects comes next"))]

mod credentials;
mod sign;
