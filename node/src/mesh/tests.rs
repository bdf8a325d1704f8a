//! Whole meshes in one process, over real sockets and real TLS.

#![allow(clippy::unwrap_used)]

mod bounds;
mod connecting;
mod crowd;
mod gate;
mod gossip;
mod limits;
mod openssl;
mod refusals;
mod versions;
mod world;
