//! The Verbund node: one clinic's member of the mesh.

pub mod store;
