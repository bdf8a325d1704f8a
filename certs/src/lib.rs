//! The cooperative's offline membership tool: the only code that can admit a clinic.
//!
//! An [`Authority`] is a directory that an officer keeps on a machine without network: the issuing key, the network
//! documents, a draft of the next one, and the register of what was issued. Board keys are elsewhere, one with each
//! officer: issuing a certificate makes nobody a member, only the board's signatures under the member list do.
//!
//! The way of a clinic into the network: the clinic makes two keys and two requests (`verbund init`); the office issues two
//! certificates ([`Authority::issue`]); it lists the clinic in the draft ([`Authority::admit`]); officers sign the draft
//! ([`Authority::sign_draft`]); it is published ([`Authority::publish`]) and handed to the clinic (`verbund join`).
//!
//! ```
//! use verbund_certs::{Authority, Admission, NewAuthority, new_key, testing};
//! use verbund_protocol::{certificate::Purpose, time::Timestamp};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let place = tempfile::tempdir()?;
//! let now: Timestamp = "2026-11-23T08:00:00Z".parse()?;
//! let officers = [new_key(), new_key(), new_key()];
//! let board = officers.iter().map(|key| key.public()).collect();
//! let mut authority = Authority::create(place.path(), NewAuthority { network: "bayern".parse()?, board, threshold: 2 }, now)?;
//!
//! let name = "urn:verbund:bayern:kh-musterstadt:1".parse()?;
//! let auth = authority.issue(&testing::request(&name, "Klinikum Musterstadt", Purpose::Auth, &new_key()), now)?;
//! let sign = authority.issue(&testing::request(&name, "Klinikum Musterstadt", Purpose::Sign, &new_key()), now)?;
//! authority.admit(Admission::of(&auth.pem, &sign.pem), now)?;
//!
//! authority.sign_draft(&officers[0])?;
//! assert!(authority.publish().is_err(), "one signature of the two that are needed");
//! authority.sign_draft(&officers[2])?;
//! let document = authority.publish()?;
//! assert_eq!(document.document.members[0].name, "Klinikum Musterstadt");
//! # Ok(()) }
//! ```

pub mod authority;
pub mod cli;
pub mod error;
pub mod facilities;
mod files;
mod issuing;
mod keys;
#[doc(hidden)]
pub mod testing;

pub use authority::{Admission, Authority, NewAuthority, Registered};
pub use error::AuthorityError;
pub use issuing::IssuedCertificate;
pub use keys::{new_key, read_key, write_key};
