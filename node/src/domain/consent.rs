//! What a patient allowed, refused or took back, and what a physician may do without having asked: the ground every step outside rests on.
//!
//! - Discharge management (Entlassmanagement, §39(1a) SGB V, forms Anlage 1a/1b) must be allowed before anybody is asked, even without a name.
//! - An identified referral or a handed-over document needs a release that names the recipient.
//! - An acute-to-acute transfer may rest instead on a necessity of treatment: a named physician and a reason code, shown to the patient afterwards.

use verbund_protocol::{
    catalogue::Necessity,
    id::{ConversationId, GrantId, Ik, LocalId, MemberId},
    time::Timestamp,
};

use super::patient::Fault;

/// What is decided about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Discharge management by this clinic, which includes pseudonymous inquiries to others.
    DischargeManagement,
    /// An identified referral to the recipient.
    IdentifiedRelease,
    /// Documents handed to the recipient outside a referral.
    DocumentHandoff,
    /// No consent but its stand-in for an acute transfer: a physician answers for the necessity.
    TreatmentNecessity,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::DischargeManagement, Self::IdentifiedRelease, Self::DocumentHandoff, Self::TreatmentNecessity];

    /// Returns the word used in commands, audit and store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::DischargeManagement => "discharge-management",
            Self::IdentifiedRelease => "identified-release",
            Self::DocumentHandoff => "document-handoff",
            Self::TreatmentNecessity => "treatment-necessity",
        }
    }
    /// Returns whether a decision of this kind names its recipient. A necessity may, once the recipient is known.
    const fn names_recipient(self) -> Option<bool> {
        match self {
            Self::DischargeManagement => Some(false),
            Self::IdentifiedRelease | Self::DocumentHandoff => Some(true),
            Self::TreatmentNecessity => None,
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let rule = "one of discharge-management, identified-release, document-handoff, treatment-necessity";
        Self::ALL.into_iter().find(|kind| kind.word() == text).ok_or(Fault { field: "kind", rule })
    }
}

/// Which clinic a release names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// The member.
    pub member: MemberId,
    /// The member's facility.
    pub facility: Ik,
}

/// Who decided.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum DecidedBy {
    /// The patient.
    Patient,
    /// The legal representative, by name, and what was seen as proof (`Betreuerausweis`).
    Representative {
        /// Name.
        name: String,
        /// What was shown.
        proof: String,
    },
    /// For a necessity of treatment: the physician who answers for it.
    Physician {
        /// Name.
        name: String,
        /// Why it could not wait, as a code of the catalogue: `vital`, `unconscious`.
        reason: String,
    },
}

impl std::fmt::Debug for DecidedBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DecidedBy(..)")
    }
}

/// How the decision was taken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Signed on paper; `document` says where the paper or its scan is.
    Paper,
    /// Signed electronically; `document` says where the file is.
    Electronic,
    /// Recorded at the desk in the person's presence.
    Desk,
}

/// A decision as it was taken down. It is never changed; a later one takes its place.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What about.
    pub kind: Kind,
    /// Allowed (`true`) or refused. A refusal is documented too.
    pub given: bool,
    /// To whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
    /// To a clinic without a node, by its name: nothing is ever sent on its ground, it is told by phone and paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<String>,
    /// The form and its version, as informed about: `Anlage 1b 2024-03`. None for a necessity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Who decided.
    pub by: DecidedBy,
    /// How it was taken down.
    pub how: How,
    /// Where the signed paper or file is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// From when.
    pub at: Timestamp,
    /// Until when; open if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// A recorded decision.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Consent {
    /// Random name of the record.
    pub id: LocalId,
    /// About whom.
    pub patient: LocalId,
    /// Order of decisions about this patient, from 1.
    pub ordinal: u32,
    /// What was decided.
    #[serde(flatten)]
    pub decision: Decision,
    /// When it was entered.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_by: String,
    /// When it was taken back, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// Who entered that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_by: Option<String>,
}

/// What rests on a consent, and ends when it is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what", content = "id")]
pub enum Use {
    /// A conversation: an inquiry or a referral.
    Conversation(ConversationId),
    /// A permission to fetch a document.
    Grant(GrantId),
}

impl Consent {
    /// Returns whether it allows now that a clinic without a node is told who the patient is.
    pub fn releases_to(&self, clinic: &str, now: Timestamp) -> bool {
        let decision = &self.decision;
        let about = decision.kind == Kind::IdentifiedRelease && decision.named.as_deref() == Some(clinic);
        about && decision.given && self.revoked_at.is_none() && decision.at <= now && decision.until.is_none_or(|until| now < until)
    }
}

impl Decision {
    /// Checks what is taken down at `now`.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn check(&self, now: Timestamp) -> Result<(), Fault> {
        let necessity = self.kind == Kind::TreatmentNecessity;
        match (self.kind.names_recipient(), &self.recipient) {
            (Some(true), None) if self.named.is_none() => return Err(Fault { field: "recipient", rule: "a release names the member and facility it is for" }),
            (Some(false), Some(_)) => return Err(Fault { field: "recipient", rule: "discharge management is agreed with this clinic and names no recipient" }),
            _ => {}
        }
        if let Some(named) = &self.named {
            text("named", named)?;
            rule(self.kind == Kind::IdentifiedRelease && self.recipient.is_none(), "named", "only a release names a clinic, and one clinic only")?;
        }
        match &self.by {
            DecidedBy::Physician { name, reason } if necessity => {
                text("by.name", name)?;
                rule(reason.parse::<Necessity>().is_ok(), "by.reason", "a code of the list necessity; see `verbund inquiry codes necessity`")?;
                rule(self.given, "given", "a necessity of treatment cannot be refused by the physician: record none")?;
            }
            _ if necessity => return Err(Fault { field: "by", rule: "a necessity of treatment is answered for by a named physician with a reason code" }),
            DecidedBy::Physician { .. } => return Err(Fault { field: "by", rule: "only the patient or the legal representative can consent" }),
            DecidedBy::Patient => {}
            DecidedBy::Representative { name, proof } => {
                text("by.name", name)?;
                text("by.proof", proof)?;
            }
        }
        match &self.form {
            Some(form) => text("form", form)?,
            None => rule(necessity, "form", "missing; name the form and version the person was informed with, such as \"Anlage 1b 2024-03\"")?,
        }
        match &self.document {
            Some(document) => text("document", document)?,
            None => rule(self.how == How::Desk, "document", "missing; say where the signed paper or file is")?,
        }
        rule(self.at <= now, "at", "not in the future")?;
        rule(self.until.is_none_or(|until| until > self.at), "until", "after the beginning")
    }
}

fn rule(holds: bool, field: &'static str, rule: &'static str) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault { field, rule }) }
}

fn text(field: &'static str, text: &str) -> Result<(), Fault> {
    let fits = !text.trim().is_empty() && text.chars().count() <= 120 && !text.chars().any(char::is_control);
    rule(fits, field, "1 to 120 characters on one line")
}

/// Returns the decision that allows `kind` (for `recipient`) at `now`, out of all decisions about a patient in any order.
///
/// The latest decision about the same matter alone counts: a later refusal ends an earlier consent, a consent taken back does not let
/// an older one come to life again. A necessity of treatment that names nobody holds for any recipient.
pub fn in_force<'c>(decisions: &'c [Consent], kind: Kind, recipient: Option<&Recipient>, now: Timestamp) -> Option<&'c Consent> {
    let same_matter = |consent: &&Consent| {
        if consent.decision.named.is_some() {
            return false;
        }
        let named = consent.decision.recipient.as_ref();
        consent.decision.kind == kind && (named == recipient || (kind == Kind::TreatmentNecessity && named.is_none()))
    };
    let latest = decisions.iter().filter(same_matter).max_by_key(|consent| consent.ordinal)?;
    let decision = &latest.decision;
    let holds = decision.given && latest.revoked_at.is_none() && decision.at <= now && decision.until.is_none_or(|until| now < until);
    holds.then_some(latest)
}

#[cfg(test)]
pub(crate) mod tests;
