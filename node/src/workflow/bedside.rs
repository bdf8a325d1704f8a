//! At the bedside: staff who stand beside a patient open a tablet for one matter; she decides there herself, and everything says so.

use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{
    Work, WorkError,
    account::{Draft, From, Tried, Whose, charge, refund},
    journey::FOLLOWING,
    patient, purpose,
};
pub use crate::domain::bedside::{Bedside, End, Matter, Standing};
use crate::{
    domain::{
        account::{Code, Counted, Token},
        actor::{Actor, Role},
        bedside::CODE_FOR,
        patient::Patient,
    },
    store::{Db, account::draft, bedside as stored, patient as patients},
};

#[cfg(test)]
mod tests;

/// What was begun, with the code for the tablet: it is shown once.
#[derive(Clone)]
pub struct Begun {
    /// Its id.
    pub id: LocalId,
    /// The code.
    pub code: Code,
    /// Until when it opens a tablet.
    pub ends_at: Timestamp,
}

/// Begins one for a patient and a matter; one begun before for the same patient ends. `seen` says that whoever acts stands beside the
/// patient and has made sure who she is.
///
/// # Errors
/// [`WorkError::Invalid`] if nobody has made sure; [`WorkError::NotFound`], [`WorkError::Forbidden`], [`WorkError::Purpose`].
pub fn begin(work: &mut Work<'_>, id: LocalId, matter: Matter, seen: bool) -> Result<Begun, WorkError> {
    work.require(FOLLOWING)?;
    patient::existing(work, id)?;
    let purpose = purpose::of_look(work, id)?;
    if !seen {
        return Err(WorkError::invalid("nobody has made sure who the patient is", "look at the wristband or an identity card"));
    }
    let Actor::Person { roles, name } = &work.actor else { return Err(WorkError::NotFound("patient")) };
    let role = roles.iter().copied().find(|role| FOLLOWING.contains(role)).unwrap_or(Role::Ward);
    let (made_by, code) = (name.clone(), Code::new(work.entropy));
    stored::replace(work.db, id, work.now)?;
    let (bedside, csrf) = (work.entropy.local_id(), work.entropy.bytes());
    let begun = Bedside { id: bedside, patient: id, matter, made_by, role, made_at: work.now, opened_at: None, seen_at: None, ended: None, csrf };
    stored::add(work.db, &begun, &code.hash())?;
    work.audit("bedside.begin", Some(id), purpose, &format!("bedside={bedside} matter={} identity=seen", matter.word()))?;
    Ok(Begun { id: bedside, code, ends_at: work.now.plus(CODE_FOR) })
}

/// Opens a tablet with a code. A code that is unknown, used or too old looks the same.
///
/// # Errors
/// The store's.
pub fn open(work: &mut Work<'_>, code: &Code, from: &From) -> Result<Tried<(Token, Matter)>, WorkError> {
    let counted = [Counted::Network(&from.network)];
    if let Some(wait) = charge(work, &counted)? {
        return Ok(Tried::Wait(wait));
    }
    let Some(held) = stored::by_code(work.db, &code.hash())?.filter(|held| held.standing(work.now) == Standing::Waiting) else { return Ok(Tried::Wrong) };
    let token = Token::new(work.entropy);
    if !stored::open(work.db, held.id, &token.hash(), work.now)? {
        return Ok(Tried::Wrong);
    }
    refund(work, &counted)?;
    work.audit("bedside.open", Some(held.patient), "own", &format!("bedside={}", held.id))?;
    Ok(Tried::Right((token, held.matter)))
}

/// A tablet that comes with a token.
#[derive(Clone)]
pub struct AtTablet {
    /// What it is for.
    pub bedside: Bedside,
    /// The patient's name as the tablet shows it, so that nobody decides for somebody else.
    pub name: String,
    /// What she had typed at this page when a tablet closed by itself.
    pub typed: Vec<Draft>,
}

/// Returns the bedside whose tablet has this token and asks for the page at `path`, whether it is still open or not. Reads only.
///
/// # Errors
/// The store's.
pub fn of_tablet(db: &Db, token: &Token, path: &str) -> Result<Option<AtTablet>, WorkError> {
    let Some(bedside) = stored::by_token(db, &token.hash())? else { return Ok(None) };
    let Some(patient) = patients::find(db, bedside.patient)? else { return Ok(None) };
    let typed = draft::find(db, Whose::AtBedside(patient.id), path)?;
    Ok(Some(AtTablet { bedside, name: format!("{} {}", patient.person.given, patient.person.family), typed }))
}

/// Notes that the tablet was touched.
///
/// # Errors
/// The store's.
pub fn touch(work: &mut Work<'_>, id: LocalId) -> Result<(), WorkError> {
    Ok(stored::touch(work.db, id, work.now)?)
}

/// Ends what the tablet was for: the patient has decided, or gives it back. A repeat changes nothing.
///
/// # Errors
/// [`WorkError::NotFound`] for whoever is not at that tablet.
pub fn leave(work: &mut Work<'_>, why: End) -> Result<(), WorkError> {
    let Actor::Bedside { id, patient, .. } = work.actor else { return Err(WorkError::NotFound("bedside")) };
    if stored::end(work.db, id, why, work.now)? {
        work.audit("bedside.end", Some(patient), "own", &format!("bedside={id} why={}", why.word()))?;
    }
    Ok(())
}

/// Returns one with its patient, for staff.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`], [`WorkError::Purpose`].
pub fn show(work: &mut Work<'_>, id: LocalId) -> Result<(Bedside, Patient), WorkError> {
    work.require(FOLLOWING)?;
    let bedside = stored::find(work.db, id)?.ok_or(WorkError::NotFound("bedside"))?;
    let patient = patient::existing(work, bedside.patient)?;
    work.audit("bedside.show", Some(bedside.patient), purpose::of_look(work, bedside.patient)?, &format!("bedside={id}"))?;
    Ok((bedside, patient))
}

/// Ends one from the staff's side, at once. A repeat changes nothing. Returns whose it was.
///
/// # Errors
/// As [`show`].
pub fn end(work: &mut Work<'_>, id: LocalId) -> Result<LocalId, WorkError> {
    work.require(FOLLOWING)?;
    let bedside = stored::find(work.db, id)?.ok_or(WorkError::NotFound("bedside"))?;
    if stored::end(work.db, id, End::Staff, work.now)? {
        work.audit("bedside.end", Some(bedside.patient), purpose::of_look(work, bedside.patient)?, &format!("bedside={id} why=staff"))?;
    }
    Ok(bedside.patient)
}

/// Returns in which role somebody stood beside the patient when this was recorded, if anybody did: `by` is what the records keep.
pub(super) fn beside(work: &Work<'_>, by: &str) -> Result<Option<Role>, WorkError> {
    let Some(id) = by.strip_prefix("bedside ").and_then(|id| id.parse().ok()) else { return Ok(None) };
    Ok(stored::find(work.db, id)?.map(|bedside| bedside.role))
}
