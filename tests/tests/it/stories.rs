//! Stories with real processes: what a kill, a hang, an absence or a wrong start does, and what it must not do.

mod ahead;
mod away;
mod crash;
mod hang;
mod restore;
mod start;
mod versions;
