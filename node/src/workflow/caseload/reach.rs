//! Whose list a case stands in: its owner's always; the substitute's while the owner is away or once its time has gone by; everybody's once it
//! has gone by twice, or if nobody else is there. It follows from the clock, the teams and the absences alone.

use verbund_protocol::{
    id::LocalId,
    time::{Day, Timestamp},
};

use super::{Next, Row};
use crate::{
    domain::{
        account::{Account, State},
        actor::Role,
        calendar,
        holiday::Holidays,
        team::{Stage, Team, Turn, turn},
    },
    store::account,
    workflow::{
        Work, WorkError,
        team::{Staffed, away, staffed},
    },
};

/// For how long a case without a team's promise stays its owner's after its time, hours.
const HOURS: u32 = 24;

/// Why a case stands in the list of somebody who does not look after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its owner is away until this day, and the reader is the substitute.
    Away(Day),
    /// Its owner cannot sign in any more, and the reader is the substitute.
    Gone,
    /// Its time has gone by, and the reader is the substitute.
    Late,
    /// Its time has gone by, and nobody else has done anything.
    Everybodys,
}

/// Who works in the social service, and who stands in for whom.
pub(super) struct Service {
    teams: Vec<Staffed>,
    /// Who is there or away: account, name, until when they are away.
    people: Vec<(LocalId, String, Option<Day>)>,
    holidays: Holidays,
}

impl Service {
    pub(super) fn of(work: &Work<'_>) -> Result<Self, WorkError> {
        let away = away(work)?;
        let works = |account: &Account| account.state == State::Open && account.roles.contains(&Role::SocialService);
        let until = |id| away.iter().find(|(who, _)| *who == id).map(|(_, until)| *until);
        let people = account::staff(work.db)?.into_iter().filter(works).map(|account| (account.id, account.name, until(account.id))).collect();
        Ok(Self { teams: staffed(work)?.into_iter().filter(|held| held.team.ended_at.is_none()).collect(), people, holidays: work.terms.holidays })
    }

    /// Returns why a case stands in the list of `reader`; nothing if it does not, or is the reader's own.
    pub(super) fn why(&self, row: &Row, reader: &str, now: Timestamp) -> Option<Why> {
        let me = self.people.iter().find(|(_, name, _)| name == reader)?.0;
        if row.owner == reader || row.case.closed_at.is_some() {
            return None;
        }
        let owner = self.people.iter().find(|(_, name, _)| *name == row.owner);
        let team = self.team(owner.map(|(id, ..)| *id));
        let there = |who: LocalId| self.people.iter().any(|(id, _, away)| *id == who && away.is_none());
        let stage = clock(row).map_or(Stage::Promised, |due| team.overdue(due, self.holidays).stage(now));
        match (turn(&team, owner.map(|(id, ..)| *id), stage, there), stage) {
            (Turn::Of(these), _) if !these.contains(&me) => None,
            (Turn::Of(_), Stage::Promised) => Some(owner.and_then(|(.., away)| *away).map_or(Why::Gone, Why::Away)),
            (Turn::Of(_), Stage::Late | Stage::Everybodys) => Some(Why::Late),
            // Before its time nobody but a substitute looks after somebody else's case.
            (Turn::Everybodys, Stage::Promised) => None,
            (Turn::Everybodys, Stage::Late | Stage::Everybodys) => Some(Why::Everybodys),
        }
    }

    /// Returns the team that stands in for an owner: of those of the social service that the owner belongs to, the one that is the owner's, else
    /// the first that has a substitute; for whoever is in none, the first of all; else nobody.
    fn team(&self, owner: Option<LocalId>) -> Team {
        let far = |held: &&Staffed| {
            let (member, own) = (owner.is_some_and(|owner| held.has(owner)), held.team.owner.is_some() && held.team.owner == owner);
            (!member, !own, held.team.substitute.is_none())
        };
        let social = self.teams.iter().filter(|held| held.team.role == Some(Role::SocialService));
        let found = social.min_by_key(far).map(|held| held.team.clone());
        found.unwrap_or_else(|| Team {
            id: LocalId([0; 8]),
            german: String::new(),
            english: String::new(),
            role: Some(Role::SocialService),
            named: vec![],
            owner: None,
            substitute: None,
            hours: HOURS,
            weekends: false,
            first: false,
            ended_at: None,
        })
    }
}

/// Returns by when something must happen in a case: by when the next step is due, else the end of the last day on which the AHB may begin, as
/// long as no place is found.
fn clock(row: &Row) -> Option<Timestamp> {
    let searching = matches!(row.next, Next::Call(_) | Next::Consent | Next::Plan | Next::Ask | Next::Choose(_) | Next::Wait(_));
    row.due.or_else(|| row.begin_by.filter(|_| searching).map(|day| calendar::start(day.plus(1))))
}

/// Returns where a case stands in a list: whoever has to call somebody does so first; then comes what must happen first, by its next step or
/// because an AHB has to begin. Once the patient is there, the AHB has begun.
pub(super) fn order(row: &Row) -> impl Ord + use<> {
    let there = matches!(row.next, Next::Report(_) | Next::ThereByPhone(_) | Next::Refused | Next::Done);
    let begin = row.begin_by.filter(|_| !there).map(|day| calendar::start(day.plus(1)));
    let first = [row.due, begin].into_iter().flatten().min();
    (row.calls.is_empty(), first.is_none(), first, row.case.opened_at, row.case.id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use verbund_protocol::inquiry::Variant;

    use super::*;
    use crate::{
        domain::patient::{Patient, tests::anna},
        store::case::Case,
        workflow::team::Member,
    };

    const OLGA: LocalId = LocalId([1; 8]);
    const SVEN: LocalId = LocalId([2; 8]);
    const TINA: LocalId = LocalId([3; 8]);
    /// A Thursday, noon.
    const DUE: Timestamp = Timestamp::from_secs(1_795_003_200 + 86_400);

    fn team() -> Team {
        Team { role: Some(Role::SocialService), owner: Some(TINA), substitute: Some(SVEN), hours: 24, ..crate::domain::team::tests::team() }
    }

    fn service(teams: Vec<Team>, away: &[LocalId], gone: &[LocalId]) -> Service {
        let all = [(OLGA, "Olga"), (SVEN, "Sven"), (TINA, "Tina")];
        let people: Vec<_> = all.into_iter().filter(|(id, _)| !gone.contains(id)).map(|(id, name)| (id, name.to_owned(), away.contains(&id).then_some(Day(21_000)))).collect();
        let members = |_: &Team| people.iter().map(|(id, name, away_until)| Member { id: *id, name: name.clone(), away_until: *away_until }).collect();
        let teams = teams.into_iter().map(|team| Staffed { members: members(&team), team }).collect();
        Service { teams, people, holidays: Holidays::default() }
    }

    fn row(due: Option<Timestamp>) -> Row {
        let patient = Patient { id: LocalId([9; 8]), person: anna(), version: 1, changed_at: Timestamp(0), changed_by: "x".into() };
        let case = Case {
            id: LocalId([8; 8]),
            patient: Some(patient.id),
            variant: Variant::Rehab,
            discharge: None,
            exception: None,
            opened_at: Timestamp(0),
            opened_by: "x".into(),
            chosen: None,
            closed_at: None,
        };
        Row { case, patient, owner: "Olga".into(), next: Next::Wait(1), due, calls: vec![], may_ask: true, begin_by: None, why: None }
    }

    /// Why the case stands in each list: Olga's, Sven's, Tina's.
    fn lists(service: &Service, row: &Row, now: Timestamp) -> [Option<Why>; 3] {
        ["Olga", "Sven", "Tina"].map(|reader| service.why(row, reader, now))
    }

    fn hours(hours: u64) -> Timestamp {
        DUE.plus(std::time::Duration::from_secs(hours * 3_600))
    }

    #[test]
    fn an_overdue_case_becomes_the_substitutes_and_then_everybodys() {
        let (service, row) = (service(vec![team()], &[], &[]), row(Some(DUE)));
        assert_eq!(lists(&service, &row, DUE.minus(std::time::Duration::from_millis(1))), [None; 3]);
        assert_eq!(lists(&service, &row, DUE), [None, Some(Why::Late), None]);
        assert_eq!(lists(&service, &row, Timestamp(hours(24).0 - 1)), [None, Some(Why::Late), None]);
        assert_eq!(lists(&service, &row, hours(24)), [None, Some(Why::Everybodys), Some(Why::Everybodys)]);
    }

    #[test]
    fn an_owner_who_is_away_or_gone_has_a_substitute_before_anything_is_late() {
        let row = row(Some(DUE));
        let early = DUE.minus(std::time::Duration::from_secs(3_600));
        assert_eq!(lists(&service(vec![team()], &[OLGA], &[]), &row, early), [None, Some(Why::Away(Day(21_000))), None]);
        // Nobody answers for whoever has left but the owner of the team.
        assert_eq!(lists(&service(vec![team()], &[], &[OLGA]), &row, early), [None, None, Some(Why::Gone)]);
        // Nobody is there: nothing happens before its time, and then it is everybody's at once.
        let nobody = service(vec![team()], &[OLGA, SVEN], &[]);
        assert_eq!((lists(&nobody, &row, early), lists(&nobody, &row, DUE)), ([None; 3], [None, Some(Why::Everybodys), Some(Why::Everybodys)]));
    }

    #[test]
    fn of_several_teams_the_owners_own_stands_in() {
        let (row, early) = (row(Some(DUE)), DUE.minus(std::time::Duration::from_secs(3_600)));
        let plain = Team { owner: None, substitute: None, ..team() };
        let away = |teams: Vec<Team>| lists(&service(teams, &[OLGA], &[]), &row, early);
        assert_eq!(away(vec![plain.clone()]), [None; 3]);
        assert_eq!(away(vec![plain.clone(), team()]), [None, Some(Why::Away(Day(21_000))), None]);
        let olgas = Team { owner: Some(OLGA), substitute: Some(TINA), ..team() };
        assert_eq!(away(vec![plain, team(), olgas]), [None, None, Some(Why::Away(Day(21_000)))]);
    }

    #[test]
    fn without_a_team_an_overdue_case_is_everybodys() {
        let (service, row) = (service(vec![], &[], &[]), row(Some(DUE)));
        assert_eq!(lists(&service, &row, Timestamp(DUE.0 - 1)), [None; 3]);
        assert_eq!(lists(&service, &row, DUE), [None, Some(Why::Everybodys), Some(Why::Everybodys)]);
    }

    #[test]
    fn the_last_day_of_the_ahb_is_a_clock_until_a_place_is_found() {
        let service = service(vec![team()], &[], &[]);
        let last = calendar::day(DUE);
        let searching = Row { begin_by: Some(last), next: Next::Ask, ..row(None) };
        assert_eq!(lists(&service, &searching, Timestamp(calendar::start(last.plus(1)).0 - 1)), [None; 3]);
        assert_eq!(lists(&service, &searching, calendar::start(last.plus(1))), [None, Some(Why::Late), None]);
        let found = Row { next: Next::Travel(verbund_protocol::id::ConversationId([1; 16])), ..searching };
        assert_eq!(lists(&service, &found, last.plus(3).start()), [None; 3]);
        let closed = Row { case: Case { closed_at: Some(DUE), ..row(None).case }, ..row(Some(DUE)) };
        assert_eq!(lists(&service, &closed, hours(100)), [None; 3]);
    }

    #[test]
    fn first_comes_who_must_be_called_and_then_what_must_happen_first() {
        let today = calendar::day(DUE);
        let id = verbund_protocol::id::ConversationId([1; 16]);
        let of = |owner: &str, row: Row| Row { owner: owner.into(), ..row };
        let mut rows = [
            of("nothing is due", Row { next: Next::Ask, ..row(None) }),
            of("an admission in three weeks", Row { next: Next::Travel(id), ..row(Some(calendar::start(today.plus(21)))) }),
            of("the report is due in a month", Row { next: Next::Report(id), begin_by: Some(today.minus(9)), ..row(Some(calendar::start(today.plus(30)))) }),
            of("the AHB must begin tomorrow", Row { next: Next::Ask, begin_by: Some(today.plus(1)), ..row(None) }),
            of("answers in a week, the AHB in two days", Row { begin_by: Some(today.plus(2)), ..row(Some(calendar::start(today.plus(7)))) }),
            of("an answer is due today", row(Some(DUE))),
            of("a place is lost", Row { next: Next::Ask, calls: vec![id], ..row(None) }),
        ];
        rows.sort_by_key(order);
        let names = rows.map(|row| row.owner);
        assert_eq!(
            names.each_ref().map(String::as_str),
            [
                "a place is lost",
                "an answer is due today",
                "the AHB must begin tomorrow",
                "answers in a week, the AHB in two days",
                "an admission in three weeks",
                "the report is due in a month",
                "nothing is due"
            ]
        );
    }
}
