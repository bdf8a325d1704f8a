//! The Verbund node: one clinic's member of the mesh.
//!
//! Read `workflow` first; it tells a patient's whole story. One direction: door -> workflow -> rule -> store -> outbox ->
//! mesh. `runtime` wires everything and is the only part that knows all others.

pub mod cli;
pub mod control;
pub mod domain;
pub mod mail;
pub mod mesh;
pub mod portal;
pub mod runtime;
pub mod store;
pub mod workflow;
