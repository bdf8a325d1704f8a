//! Tests of whole meshes in one process.
