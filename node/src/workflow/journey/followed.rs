//! The same story as those who treat the patient read it: what happened, where it stands, what is next. Nothing is decided here.

use verbund_protocol::{
    id::LocalId,
    referral::Step,
    time::{Day, Timestamp},
};

use super::{Line, MAX_ROWS, conversations, known::known, phone::by_phone, story};
use crate::{
    domain::{actor::Role, calendar, end::Carer, phone::Phone, plan::Missing, wish::Wishes},
    store::{
        case::{self, Case},
        caseload as written, consent, wish,
    },
    workflow::{
        Work, WorkError,
        caseload::{self, Asked, Consented, Next},
        document::{self, Document, Filter},
        patient, purpose,
        thread::{self, Glance},
    },
};

/// Who reads it: whoever treats the patient here and whoever arranges what follows.
pub const FOLLOWING: &[Role] = &[Role::Ward, Role::Physician, Role::SocialService];

/// The rehabilitation that is being arranged, or was.
#[derive(Clone)]
pub struct Arranged {
    /// What is next.
    pub next: Next,
    /// By when.
    pub due: Option<Timestamp>,
    /// Who looks after it.
    pub owner: String,
    /// Whether it is over.
    pub closed: bool,
    /// Who takes care since then.
    pub carer: Option<Carer>,
    /// Day of discharge.
    pub discharge: Option<Day>,
    /// The last day on which an AHB may begin.
    pub begin_by: Option<Day>,
    /// When the plan was last written; nothing: not yet.
    pub planned: Option<Timestamp>,
    /// What the plan still lacks before anybody can be asked.
    pub missing: Vec<Missing>,
    /// The clinics asked.
    pub asked: Vec<Asked>,
    /// The clinics without a node that were asked.
    pub phones: Vec<Phone>,
    /// The clinic that was chosen: its name, how far it is, and the day of admission.
    pub chosen: Option<(String, Step, Option<Day>)>,
}

/// Everything about one patient on one page.
#[derive(Clone)]
pub struct Followed {
    /// How the patient stands to discharge management.
    pub consented: Consented,
    /// What is being arranged.
    pub arranged: Option<Arranged>,
    /// What the patient stated to wish, last.
    pub wishes: Option<Wishes>,
    /// Documents, newest first, each with since when the patient may read it.
    pub documents: Vec<(Document, Option<Timestamp>)>,
    /// The messages, without a word of them.
    pub messages: Glance,
    /// What happened, oldest first.
    pub story: Vec<Line>,
}

/// Returns the story of a patient, and notes that it was looked at.
///
/// # Errors
/// [`WorkError::NotFound`], [`WorkError::Forbidden`]; [`WorkError::Purpose`] where a purpose must be stated first.
pub fn followed(work: &mut Work<'_>, id: LocalId) -> Result<Followed, WorkError> {
    work.require(FOLLOWING)?;
    patient::existing(work, id)?;
    work.audit("journey.follow", Some(id), purpose::of_look(work, id)?, "")?;
    let decisions = consent::list(work.db, id)?;
    let mut story = story::decided(work, id)?;
    let mut arranged = None;
    let known = known(work, id)?;
    if let Some(case) = &known.case {
        story.extend(story::ended(&known));
        story.extend(by_phone(&known.phones, calendar::day(work.now)).iter().flat_map(story::told));
        for c in known.talks.iter().map(|talk| &talk.c) {
            story.extend(story::said(work, c)?);
        }
        arranged = arranged_in(work, case.clone())?;
    }
    story.sort_by_key(|line| line.at);
    let documents = document::list(work, &Filter { patient: Some(id), ..Filter::default() }, MAX_ROWS)?;
    let released = document::released_at(work, &documents)?;
    Ok(Followed {
        consented: Consented::of(&decisions, work.now),
        arranged,
        wishes: wish::list(work.db, id)?.into_iter().next(),
        documents: documents
            .into_iter()
            .map(|document| {
                let at = released.get(&document.id).copied();
                (document, at)
            })
            .collect(),
        messages: thread::glance(work, id)?,
        story,
    })
}

fn arranged_in(work: &Work<'_>, case: Case) -> Result<Option<Arranged>, WorkError> {
    let Some(row) = caseload::row(work, case)? else { return Ok(None) };
    let written = written::plan(work.db, row.case.id)?;
    let missing = written.as_ref().map(|version| version.plan.missing()).unwrap_or_default();
    let asked = conversations(work, &row.case)?.into_iter().map(|c| caseload::asked(work, c)).collect::<Result<Vec<Asked>, _>>()?;
    let chosen = asked.iter().find(|asked| Some(asked.conversation.id) == row.case.chosen);
    let chosen = chosen.map(|asked| (asked.clinic.name.clone(), asked.conversation.log.state()));
    Ok(Some(Arranged {
        next: row.next,
        due: row.due,
        owner: row.owner,
        closed: row.case.closed_at.is_some(),
        carer: case::ended(work.db, row.case.id)?.and_then(|end| end.carer().cloned()),
        discharge: row.case.discharge,
        begin_by: row.begin_by,
        planned: written.map(|version| version.made_at),
        missing,
        phones: written::phone::list(work.db, row.case.id)?,
        chosen: chosen.map(|(name, state)| (name, state.step, state.date)),
        asked,
    }))
}
