//! The capacity record: content, signature, age.

use std::{fmt, time::Duration};

use minicbor::{Decode, Encode};

use crate::{
    address::Order,
    catalogue::{Ahb, Constraint, Language, Payer, Room, Setting},
    cbor::{self, Malformed},
    id::{DepartmentKey, Digest, Ik, MemberId, NetworkId},
    limits::{CAPACITY_STALE, MAX_CAPACITY_CODES, MAX_CAPACITY_RECORD, MAX_CAPACITY_VALIDITY, MAX_CLOCK_SKEW, MAX_DEPARTMENT_NAME, MAX_HORIZON_DAYS},
    membership::Membership,
    sign::{self, Kind, PublicKey, SecretKey, SignatureError},
    time::{Day, Timestamp},
};

/// Names a department of the network: facility and department key. There is one capacity record for each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(array)]
pub struct DepartmentId {
    /// The facility.
    #[n(0)]
    pub facility: Ik,
    /// The department within it.
    #[n(1)]
    pub department: DepartmentKey,
}

impl fmt::Display for DepartmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.facility, self.department)
    }
}

/// What one department states about its free places.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CapacityRecord {
    /// Which department.
    #[n(0)]
    pub id: DepartmentId,
    /// Replaces records of lower order.
    #[n(1)]
    pub order: Order,
    /// When a person or system last said that this is right. Renewed without change when somebody confirms it.
    #[n(2)]
    pub observed_at: Timestamp,
    /// From when nobody shows this any more; at most [`MAX_CAPACITY_VALIDITY`] after `observed_at`.
    #[n(3)]
    pub valid_until: Timestamp,
    /// All beds or treatment places of the department.
    #[n(4)]
    pub beds: u16,
    /// The day that the first entry of `free` is for.
    #[n(5)]
    pub first_day: Day,
    /// Patients that could be admitted on each day from `first_day` on, held places already taken off.
    #[n(6)]
    pub free: Vec<u16>,
    /// How patients are treated: inpatient, day care, acute.
    #[n(7)]
    pub settings: Vec<Setting>,
    /// Indication groups treated.
    #[n(8)]
    pub indications: Vec<Ahb>,
    /// Needs that can be met: isolation, dialysis, ventilation, oxygen, tracheostomy, closed unit, weight, MBOR, …
    #[n(9)]
    pub constraints: Vec<Constraint>,
    /// Payers with whom there is a contract.
    #[n(10)]
    pub payers: Vec<Payer>,
    /// Kinds of rooms, a companion's among them.
    #[n(11)]
    pub rooms: Vec<Room>,
    /// Languages spoken besides German.
    #[n(12)]
    pub languages: Vec<Language>,
    /// Short name of the department as people write it, for example `Orthopädie`.
    #[n(13)]
    pub name: String,
    /// Patients waiting for a place: the field that only the tests' raised version has.
    #[cfg(feature = "raised-version")]
    #[n(14)]
    pub waiting: Option<u16>,
}

/// How old a statement is, which decides how it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Shown as it is.
    Fresh(Duration),
    /// Shown grey: nobody said for a day that it is still right, or it claims a moment still to come.
    Stale(Duration),
    /// Hidden.
    Expired,
}

/// A capacity record is refused, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CapacityError {
    /// Not a validly signed object.
    #[error("capacity record: {0}")]
    Signature(#[from] SignatureError),
    /// Signed by nobody in the member list.
    #[error("capacity record signed by a key that is no member's")]
    Stranger,
    /// Not the expected content.
    #[error("capacity record: {0}")]
    Malformed(#[from] Malformed),
    /// The signer's member does not speak for the facility.
    #[error("member {member} does not speak for facility {facility}")]
    Facility {
        /// Who signed.
        member: MemberId,
        /// For which facility.
        facility: Ik,
    },
    /// The content breaks a rule.
    #[error("capacity of {id}: {rule}")]
    Content {
        /// Which department.
        id: DepartmentId,
        /// The rule, and what broke it.
        rule: String,
    },
}

impl CapacityRecord {
    /// Checks the rules within one record.
    ///
    /// # Errors
    /// [`CapacityError::Content`] names the rule.
    pub fn check(&self) -> Result<(), CapacityError> {
        let rule = self.broken_rule();
        rule.map_or(Ok(()), |rule| Err(CapacityError::Content { id: self.id.clone(), rule }))
    }

    fn broken_rule(&self) -> Option<String> {
        let lists = [self.settings.len(), self.indications.len(), self.constraints.len(), self.payers.len(), self.rooms.len(), self.languages.len()];
        let rules: [(bool, &dyn Fn() -> String); 6] = [
            (self.free.len() <= MAX_HORIZON_DAYS, &|| format!("states {} days, at most {MAX_HORIZON_DAYS} are allowed", self.free.len())),
            (self.free.iter().all(|free| *free <= self.beds), &|| format!("a day has more free places than the {} beds", self.beds)),
            (self.valid_until > self.observed_at, &|| "is valid until a moment before it was observed".into()),
            (self.valid_until.since(self.observed_at) <= MAX_CAPACITY_VALIDITY, &|| format!("is valid for more than {} days", MAX_CAPACITY_VALIDITY.as_secs() / 86_400)),
            (lists.iter().all(|len| *len <= MAX_CAPACITY_CODES), &|| format!("a list holds more than {MAX_CAPACITY_CODES} codes")),
            (short_name(&self.name), &|| format!("a department's name has at most {MAX_DEPARTMENT_NAME} bytes of letters, spaces and . , - / & ( ), and at most three digits")),
        ];
        rules.into_iter().find(|(holds, _)| !holds).map(|(_, why)| why())
    }

    /// Returns how many patients could be admitted on `day`; nothing outside the stated days.
    pub fn free_on(&self, day: Day) -> u16 {
        let at = usize::try_from(day.days_since(self.first_day)).ok();
        at.and_then(|at| self.free.get(at)).copied().unwrap_or(0)
    }

    /// Returns how old the statement is at `now`.
    pub fn age(&self, now: Timestamp) -> Age {
        age(self.observed_at, self.valid_until, now)
    }

    /// Returns the record signed by the node's sign key, as it is stored and sent.
    ///
    /// # Errors
    /// [`CapacityError::Content`] if the record breaks a rule, so that nothing is published which others refuse.
    pub fn sign(self, network: &NetworkId, key: &SecretKey) -> Result<SignedCapacity, CapacityError> {
        self.check()?;
        let payload = cbor::write(&self);
        let digest = Digest::of(&payload);
        Ok(SignedCapacity { bytes: sign::sign(network, Kind::Capacity, payload, key), digest, signer: key.public(), record: self })
    }
}

/// Returns how old a statement observed and ending at these moments is at `now`.
pub fn age(observed_at: Timestamp, valid_until: Timestamp, now: Timestamp) -> Age {
    let age = now.since(observed_at);
    let ahead = observed_at.since(now) > MAX_CLOCK_SKEW;
    match () {
        () if now >= valid_until => Age::Expired,
        () if ahead || age > CAPACITY_STALE => Age::Stale(age),
        () => Age::Fresh(age),
    }
}

/// Department names are the one free text in public data, so what could name a person in it is kept out: long numbers and
/// signs that no department's name needs.
fn short_name(name: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || " .,-/&()".contains(c);
    name.len() <= MAX_DEPARTMENT_NAME && name.chars().all(allowed) && name.chars().filter(|c| c.is_numeric()).count() <= 3
}

/// A verified capacity record with the exact bytes it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCapacity {
    /// The content.
    pub record: CapacityRecord,
    /// Hash of the signed content: equal for copies that differ in unsigned wrapping only.
    pub digest: Digest,
    /// The key that signed.
    pub signer: PublicKey,
    bytes: Vec<u8>,
}

impl SignedCapacity {
    /// Verifies a signed record: signature first, then who signed and for whom, then the content.
    ///
    /// # Errors
    /// [`CapacityError`] names what does not hold.
    pub fn open(network: &NetworkId, membership: &Membership, bytes: &[u8]) -> Result<Self, CapacityError> {
        let opened = sign::open(network, Kind::Capacity, bytes, MAX_CAPACITY_RECORD)?;
        let member = membership.member_by_sign(&opened.signer).ok_or(CapacityError::Stranger)?;
        let record: CapacityRecord = cbor::read(&opened.payload, MAX_CAPACITY_RECORD)?;
        if !member.speaks_for(&record.id.facility) {
            return Err(CapacityError::Facility { member: member.id.clone(), facility: record.id.facility });
        }
        record.check()?;
        Ok(Self { digest: Digest::of(&opened.payload), signer: opened.signer, bytes: bytes.to_vec(), record })
    }

    /// Reads back a record that was verified before (from the node's own store), without its signature being verified again.
    ///
    /// # Errors
    /// [`CapacityError`] if the bytes are no capacity record.
    pub fn trusted(bytes: &[u8]) -> Result<Self, CapacityError> {
        let opened = sign::reopen(bytes, MAX_CAPACITY_RECORD)?;
        let record: CapacityRecord = cbor::read(&opened.payload, MAX_CAPACITY_RECORD)?;
        Ok(Self { digest: Digest::of(&opened.payload), signer: opened.signer, bytes: bytes.to_vec(), record })
    }

    /// Returns the exact bytes, to store and send.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Which of two statements of one department counts: the higher.
    pub(super) fn rank(&self) -> (Order, std::cmp::Reverse<Digest>) {
        (self.record.order, std::cmp::Reverse(self.digest))
    }
}
