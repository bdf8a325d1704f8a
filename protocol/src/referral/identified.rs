//! The identified referral: the one message that names the patient, to the one clinic the patient chose.

use minicbor::{Decode, Encode};

use crate::{
    catalogue::{AhbException, Necessity, Payer},
    id::{Digest, Ik},
    limits::{MAX_REFERRAL_CODES, MAX_REFERRAL_TEXT},
    person::{BirthDate, Gender, Kvnr},
    time::{Day, Timestamp},
};

/// Longest address, and longest line that says whom to call, bytes.
pub const MAX_LINE: usize = 400;

/// A referral breaks a rule on content. No content is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReferral {
    /// A text is too long.
    #[error("{field} has more than {limit} bytes")]
    TooLong {
        /// Which.
        field: &'static str,
        /// Its limit.
        limit: usize,
    },
    /// A needed field is empty.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// Too many diagnoses or procedures.
    #[error("at most {MAX_REFERRAL_CODES} diagnoses and procedures")]
    TooMany,
}

/// Who the patient is.
#[derive(Clone, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct Person {
    /// Family name.
    #[n(0)]
    pub family: String,
    /// Given names.
    #[n(1)]
    pub given: String,
    /// Day of birth.
    #[n(2)]
    pub birth_date: BirthDate,
    /// Administrative gender.
    #[n(3)]
    pub gender: Option<Gender>,
    /// Insured person's number (KVNR); privately insured people may have none.
    #[n(4)]
    pub kvnr: Option<Kvnr>,
    /// Address on one line.
    #[n(5)]
    pub address: Option<String>,
    /// Telephone.
    #[n(6)]
    pub phone: Option<String>,
    /// Relative, legal representative or carer, with telephone.
    #[n(7)]
    pub contact: Option<String>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person(not shown)")
    }
}

/// A code of ICD-10-GM or OPS in full.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct Clinical {
    /// The code, such as `M16.1` or `5-820.00`.
    #[n(0)]
    pub code: String,
    /// Year of the catalogue.
    #[n(1)]
    pub version: u16,
    /// Text beside it.
    #[n(2)]
    pub text: Option<String>,
}

/// On what the identified transfer rests.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cbor(flat)]
pub enum Release {
    /// A consent that names the recipient: kept by the asker, cited by its digest.
    #[n(0)]
    Consent {
        /// Digest of the recorded consent.
        #[n(0)]
        proof: Digest,
        /// Version of its text.
        #[n(1)]
        version: String,
        /// When it was given.
        #[n(2)]
        given_at: Timestamp,
    },
    /// A necessity of treatment, recorded by a physician; the patient is told afterwards.
    #[n(1)]
    Necessity {
        /// Why.
        #[n(0)]
        reason: Necessity,
        /// The physician who recorded it.
        #[n(1)]
        physician: String,
    },
}

/// Everything the chosen clinic needs.
#[derive(Clone, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct Identified {
    /// The patient.
    #[n(0)]
    pub person: Person,
    /// On what this rests.
    #[n(1)]
    pub release: Release,
    /// Diagnoses, the first being the one this is for.
    #[n(2)]
    pub diagnoses: Vec<Clinical>,
    /// Procedures.
    #[n(3)]
    pub procedures: Vec<Clinical>,
    /// Kind of payer.
    #[n(4)]
    pub payer: Payer,
    /// The payer's IK.
    #[n(5)]
    pub payer_ik: Option<Ik>,
    /// Name of the payer.
    #[n(6)]
    pub payer_name: Option<String>,
    /// Day of discharge, planned or done: starts the AHB clock.
    #[n(7)]
    pub discharge: Option<Day>,
    /// Why the AHB begins later than 14 days after it.
    #[n(8)]
    pub exception: Option<AhbException>,
    /// Whom to call at the asker.
    #[n(9)]
    pub staff: Option<String>,
    /// What else the next clinic should know.
    #[n(10)]
    pub note: Option<String>,
}

impl std::fmt::Debug for Identified {
    /// Shows nothing: diagnoses and notes are nobody's business in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identified(not shown)")
    }
}

impl Identified {
    /// Checks bounds and that what is needed is there.
    ///
    /// # Errors
    /// [`InvalidReferral`] names the field, never its content.
    pub fn check(&self) -> Result<(), InvalidReferral> {
        let p = &self.person;
        needed("family name", &p.family)?;
        needed("given name", &p.given)?;
        let options = [
            ("address", &p.address, MAX_LINE),
            ("phone", &p.phone, 64),
            ("contact", &p.contact, MAX_LINE),
            ("payer name", &self.payer_name, 200),
            ("staff", &self.staff, 200),
            ("note", &self.note, MAX_REFERRAL_TEXT),
        ];
        for (field, text, limit) in options {
            short(field, text.as_deref().unwrap_or_default(), limit)?;
        }
        if self.diagnoses.len() + self.procedures.len() > MAX_REFERRAL_CODES {
            return Err(InvalidReferral::TooMany);
        }
        for clinical in self.diagnoses.iter().chain(&self.procedures) {
            short("code", &clinical.code, 16)?;
            short("text of a code", clinical.text.as_deref().unwrap_or_default(), 400)?;
        }
        match &self.release {
            Release::Consent { version, .. } => short("consent version", version, 64),
            Release::Necessity { physician, .. } => needed("physician", physician),
        }
    }
}

fn short(field: &'static str, text: &str, limit: usize) -> Result<(), InvalidReferral> {
    if text.len() <= limit { Ok(()) } else { Err(InvalidReferral::TooLong { field, limit }) }
}

fn needed(field: &'static str, text: &str) -> Result<(), InvalidReferral> {
    if text.trim().is_empty() { Err(InvalidReferral::Missing(field)) } else { short(field, text, 200) }
}
