//! The machines behind the readers: an input is a list of steps. Whatever is said in whatever order, both ends of a conversation
//! agree, no place is held twice, and the core goes on.

use std::{sync::mpsc, time::Duration};

use verbund_node::{
    domain::{
        actor::{Actor, Role},
        capacity::Stated,
        config::Terms,
        entropy::Seeded,
    },
    runtime::core::{Core, Failure, Input, Output, Settings},
    store::{Store, audit},
    workflow::{Author, Job, Work, WorkError, capacity, offer, overview, referral},
};
use verbund_protocol::{
    capacity::DepartmentId,
    conversation::{Batch, Header, Item, Party, body_hash, frame::Replies, recovery::Recovered},
    holds::{Hold, Ledger},
    id::{ConversationId, Digest},
    referral::{Entry, Event, Log, MessageKind, Side},
    sign::{Checked, Kind},
    sync::{Request, Response},
    time::{Day, Timestamp},
    wire::Protocol,
};

use super::{
    Run, Target,
    kit::{NOW, auth_key, ik, member_name, membership, network, sign_key, signed, vector},
};

pub(super) const TARGETS: &[Target] = &[
    Target { name: "referral", brief: 1_500, seeds: talks, make: referrals },
    Target { name: "holds", brief: 20_000, seeds: || vec![vec![3, 3, 0, 2, 1, 2, 0, 5, 1, 1], vec![0; 12]], make: held },
    Target { name: "core", brief: 60, seeds: turns, make: cores },
];

/// The steps of an input, byte by byte; behind its end everything is nought.
struct Steps<'a>(&'a [u8]);

impl<'a> Steps<'a> {
    fn byte(&mut self) -> u8 {
        let first = self.0.first().copied().unwrap_or(0);
        self.0 = self.0.get(1..).unwrap_or_default();
        first
    }
    /// Takes up to 255 bytes, as many as the next byte says.
    fn piece(&mut self) -> &'a [u8] {
        let size = usize::from(self.byte()).min(self.0.len());
        let (piece, rest) = self.0.split_at(size);
        self.0 = rest;
        piece
    }
    fn is_over(&self) -> bool {
        self.0.is_empty()
    }
}

// ---- two ends of a conversation ----

/// The main road, both sides in turn, each message arriving at once.
fn talks() -> Vec<Vec<u8>> {
    let road = [(0, 0), (1, 3), (0, 6), (1, 7), (0, 9), (0, 10), (1, 13), (1, 18), (1, 20)];
    let whole = road.iter().flat_map(|(side, kind)| [*side, *kind, 5, side + 2, 0, 0]).collect();
    vec![whole, vec![0, 0, 1, 2, 0, 0, 1, 3, 2, 3, 0, 0]]
}

#[derive(Default)]
struct End {
    said: Vec<Entry>,
    /// How many of the other's messages have arrived here, and what was receipted for each.
    verdicts: Vec<bool>,
}

fn log_at(asker: &End, owner: &End, side: Side) -> Log {
    match side {
        Side::Asker => Log { asker: asker.said.clone(), owner: owner.said[..asker.verdicts.len()].to_vec() },
        Side::Owner => Log { asker: asker.said[..owner.verdicts.len()].to_vec(), owner: owner.said.clone() },
    }
}

fn arrive(ends: &mut [End; 2], from: usize) -> bool {
    let (side, to) = (if from == 0 { Side::Asker } else { Side::Owner }, 1 - from);
    let Some(entry) = ends[from].said.get(ends[to].verdicts.len()).cloned() else { return false };
    let effect = log_at(&ends[0], &ends[1], side.other()).append(side, entry);
    ends[to].verdicts.push(effect.outcome.is_ok());
    true
}

fn referrals() -> Run {
    Box::new(|input| {
        let (mut steps, mut ends) = (Steps(input), [End::default(), End::default()]);
        while !steps.is_over() && ends.iter().all(|end| end.said.len() < 40) {
            let (what, kind, detail) = (steps.byte() % 4, steps.byte(), steps.byte());
            if what > 1 {
                arrive(&mut ends, usize::from(what - 2));
                continue;
            }
            let (from, side) = (usize::from(what), if what == 0 { Side::Asker } else { Side::Owner });
            let log = log_at(&ends[0], &ends[1], side);
            let entry = say(&log, side, MessageKind::ALL[usize::from(kind) % MessageKind::ALL.len()], detail, (ends[from].verdicts.len() as u64).checked_sub(1));
            ends[from].said.push(entry);
        }
        while arrive(&mut ends, 0) || arrive(&mut ends, 1) {}
        let (asker, owner) = (log_at(&ends[0], &ends[1], Side::Asker), log_at(&ends[0], &ends[1], Side::Owner));
        assert_eq!(asker.state(), owner.state(), "both ends agree");
        for (side, verdicts) in [(Side::Asker, &ends[1].verdicts), (Side::Owner, &ends[0].verdicts)] {
            for (seq, taken) in (0_u64..).zip(verdicts) {
                let now = !matches!(owner.outcome(side, seq), Some(verbund_protocol::referral::Outcome::Refused(_)));
                assert_eq!(*taken, now, "a receipt says what happened, for good: {side:?} {seq}");
            }
        }
        let state = owner.state();
        format!("{} {} {} {:?}", state.step, state.offer.is_some(), state.wished.is_some(), verbund_protocol::referral::clock::deadline(&state).map(|due| due.ends_by))
    })
}

fn say(log: &Log, side: Side, kind: MessageKind, detail: u8, seen: Option<u64>) -> Entry {
    let (state, seq) = (log.state(), log.chain(side).len());
    let mut digest = [0; 32];
    (digest[0], digest[1]) = (side as u8 + 1, seq as u8);
    let bit = |nth: u8| detail >> nth & 1 == 1;
    let mut event = Event::new(kind);
    event.cites = if bit(0) { state.offer.map(|offer| offer.digest) } else { bit(1).then_some(Digest([1; 32])) };
    event.day = bit(2).then(|| Day(20_000 + u32::from(detail >> 4)));
    event.until = bit(2).then_some(Timestamp(1_000));
    event.days = bit(3).then_some(21);
    event.code = bit(1).then_some(u16::from(detail >> 5));
    Entry { digest: Digest(digest), seen, made_at: Timestamp(seq as u64 + u64::from(detail)), event: (!(bit(6) && bit(7))).then_some(event) }
}

// ---- places held ----

fn held() -> Run {
    Box::new(|input| {
        let mut steps = Steps(input);
        let stated: Vec<u16> = (0..1 + steps.byte() % 28).map(|_| u16::from(steps.byte() % 4)).collect();
        let (first_day, mut holds, mut refused) = (Day(20_000), Vec::new(), 0);
        while !steps.is_over() && holds.len() < 60 {
            let hold = Hold { from: Day(19_998 + u32::from(steps.byte() % 40)), days: u16::from(steps.byte()) };
            match (Ledger { first_day, stated: &stated, holds: &holds }).room_for(hold) {
                Ok(()) => holds.push(hold),
                Err(_) => refused += 1,
            }
        }
        for (offset, places) in (0_u32..).zip(&stated) {
            let taken = holds.iter().filter(|hold| hold.covers(first_day.plus(offset))).count();
            assert!(taken <= usize::from(*places), "{taken} of {places} places of a day are held");
        }
        format!("{} {}", "h".repeat(holds.len().min(9)), refused > 0)
    })
}

// ---- the whole core ----

const ME: usize = 0;
const PEER: usize = 1;

/// One clinic's core, a member that talks with it, and what is open between them.
struct Clinic {
    core: Core,
    now: Timestamp,
    /// Questions of the core that nobody has answered yet.
    open: Vec<(u64, Protocol)>,
    ids: u64,
    /// The peer's chains: number and digest of the last header, by conversation.
    chains: [Option<(u64, Digest)>; 3],
    /// What was seen, for the word in the end.
    seen: [u32; 8],
}

impl Clinic {
    fn new() -> Self {
        let name = member_name(ME).parse().expect("a member");
        let me = Author { network: network(), member: name, node: "1".parse().expect("a node"), auth: auth_key(ME).public(), key: sign_key(ME) };
        let settings = Settings { sync_seconds: 15, announce: vec![], terms: Terms::default() };
        let store = Store::in_memory().expect("memory is there");
        let core = Core::start(store, me, membership(), Box::new(Seeded::new(7)), settings).expect("a new store");
        let mut clinic = Self { core, now: NOW, open: Vec::new(), ids: 0, chains: [None; 3], seen: [0; 8] };
        clinic.staff(|work| {
            let id = DepartmentId { facility: ik(ME), department: "2300".parse().expect("a department") };
            // The golden inquiry is for another one.
            let asked = DepartmentId { department: "2856".parse().expect("a department"), ..id.clone() };
            let stated = [id, asked].map(|id| Stated { name: "Reha".into(), beds: 40, first_day: work.now.day(), free: vec![2; 28], ..Stated::new(id) });
            capacity::state(work, stated.to_vec()).map(drop)
        });
        clinic.up();
        clinic
    }

    /// The peer comes up and has nothing to synchronise.
    fn up(&mut self) {
        self.turn(Input::Up { peer: auth_key(PEER).public(), clock_offset_ms: 0, edition: membership().edition() });
        let held = membership();
        let holding = verbund_protocol::sync::Holding { document: 1, digest: held.held().digest() };
        let nothing = Response { holding, document: None, differing: vec![], items: vec![], dealt: 0, refused: None }.to_bytes();
        for _ in 0..4 {
            let Some(at) = self.open.iter().position(|(_, protocol)| *protocol == Protocol::Sync) else { break };
            let (token, _) = self.open.remove(at);
            self.turn(Input::Response { token, result: Ok(nothing.clone()), checked: Checked::default() });
        }
    }

    fn turn(&mut self, input: Input) -> Option<Vec<u8>> {
        let outputs = self.core.turn(self.now, vec![input]).expect("the core goes on");
        let mut answer = None;
        for output in outputs {
            match output {
                Output::Request { token, protocol, .. } => self.open.push((token, protocol)),
                Output::Respond { body, .. } => answer = body,
                Output::Verdict { accept, .. } => self.seen[0] += u32::from(accept),
                Output::Finish(finish, result) => finish(result),
                Output::Announce(_) => self.seen[1] += 1,
                Output::Membership(_) => self.seen[2] += 1,
                Output::Synchronised { .. } | Output::Addresses { .. } | Output::Fetch | Output::StopTransfer(_) | Output::Post => {}
            }
        }
        answer
    }

    fn ask(&mut self, from: usize, protocol: Protocol, body: Vec<u8>) -> Option<Vec<u8>> {
        self.ids += 1;
        self.turn(Input::Request { id: self.ids, from: auth_key(from).public(), protocol, body, checked: Checked::default() })
    }

    fn staff(&mut self, work: impl FnOnce(&mut Work<'_>) -> Result<(), WorkError> + Send + 'static) -> bool {
        let (tell, told) = mpsc::channel();
        let roles = vec![Role::SocialService, Role::Admissions, Role::Capacity, Role::Physician];
        let actor = Actor::Person { name: "Sim Beispiel".into(), roles };
        self.turn(Input::Job(Job::new(actor, work, move |result| {
            let _ = tell.send(result.is_ok()); // it waits just below
        })));
        told.try_recv().expect("everybody is told")
    }

    /// A well-signed message of the peer with whatever body: the next of its chain, or out of order.
    fn message(&mut self, which: u8, kind: u16, detail: u8, body: &[u8]) {
        let at = usize::from(which) % self.chains.len();
        let conversation = ConversationId([at as u8 + 1; 16]);
        let party = |who: usize| Party { member: member_name(who).parse().expect("a member"), facility: ik(who) };
        let (seq, previous) = match self.chains[at] {
            Some((seq, digest)) if detail & 1 == 0 => (seq + 1, Some(digest)),
            _ => (u64::from(detail >> 4), None),
        };
        let header = Header {
            conversation,
            author: party(PEER),
            recipient: party(ME),
            seq,
            previous,
            seen: None,
            message: kind,
            body: body_hash(&[0; 16], body),
            made_at: self.now,
            epoch: 1 + u32::from(detail & 2 == 2),
        };
        let header = header.sign(&network(), &sign_key(PEER));
        let batch = Batch { items: vec![Item { header: header.bytes, salt: [0; 16], body: body.to_vec() }] };
        let answer = self.ask(PEER, Protocol::Message, batch.write()).unwrap_or_default();
        let receipted = Replies::read(&answer).is_ok_and(|replies| matches!(replies.replies[..], [verbund_protocol::conversation::Reply::Receipt(_)]));
        if receipted {
            self.chains[at] = Some((seq, header.digest));
            self.seen[3] += 1;
        }
    }

    fn step(&mut self, steps: &mut Steps<'_>) {
        match steps.byte() % 12 {
            0 => {
                self.now = self.now.plus(Duration::from_secs(u64::from(steps.byte()) * 3_600));
                drop(self.turn(Input::Tick));
            }
            1 => drop(self.turn(Input::Down(auth_key(PEER).public()))),
            2 => self.up(),
            3 => {
                let protocol = [Protocol::Sync, Protocol::Message, Protocol::Query][usize::from(steps.byte()) % 3];
                let from = usize::from(steps.byte().is_multiple_of(8)) ^ PEER;
                let answer = self.ask(from, protocol, steps.piece().to_vec());
                self.seen[4] += u32::from(answer.is_some());
                if let (Protocol::Sync, Some(answer)) = (protocol, answer) {
                    assert!(Response::read(&answer).is_ok(), "what is answered can be read");
                }
            }
            4..=6 => {
                let (which, kind, detail) = (steps.byte(), steps.byte(), steps.byte());
                self.message(which, kind.into(), detail, steps.piece());
            }
            7 => {
                self.ids += 1;
                let bytes = signed(Kind::Capacity, steps.piece());
                drop(self.turn(Input::Gossip { id: self.ids, bytes }));
            }
            8 if !self.open.is_empty() => {
                let (token, _) = self.open.remove(usize::from(steps.byte()) % self.open.len());
                let result = if steps.byte().is_multiple_of(4) { Err(Failure::Unreachable) } else { Ok(steps.piece().to_vec()) };
                drop(self.turn(Input::Response { token, result, checked: Checked::default() }));
            }
            9 => self.answer(steps.byte(), steps.byte()),
            10 => {
                let answer = self.ask(PEER, Protocol::Message, verbund_protocol::conversation::recovery::Recover::default().write());
                self.seen[5] += u32::from(answer.is_some_and(|answer| Recovered::read(&answer).is_ok()));
            }
            _ => drop(self.turn(Input::Tick)),
        }
    }

    /// What this clinic's staff do with a conversation.
    fn answer(&mut self, which: u8, what: u8) {
        let id = ConversationId([which % 3 + 1; 16]);
        let done = self.staff(move |work| match what % 8 {
            0 | 1 => {
                let date = work.now.day().plus(3 + u32::from(what >> 4));
                let new = offer::NewOffer {
                    department: None,
                    date,
                    stay_days: 14,
                    hold_hours: 48,
                    room: "double".parse().expect("a room"),
                    therapies: vec![],
                    auto_confirm: what % 8 == 1,
                };
                offer::make(work, id, new)
            }
            2 => offer::confirm(work, id),
            3 => offer::decline(work, id, verbund_protocol::catalogue::Decline::new(1)),
            4 => referral::accept(work, id, None, None).map(drop),
            5 => referral::arrived(work, id, work.now.day()),
            6 => referral::cancel(work, id, verbund_protocol::catalogue::Cancel::new(1)),
            _ => overview::show(work, id).map(drop),
        });
        self.seen[6] += u32::from(done);
    }

    /// What must hold whatever was said.
    fn check(&mut self) -> String {
        let fault = audit::verify(self.core.store().db()).expect("the audit can be read").fault;
        assert!(fault.is_none(), "{fault:?}");
        let taken = self.staff(|work| {
            for shown in capacity::show(work, None, false)? {
                let stated = shown.stated.clone().unwrap_or_else(|| shown.free.clone());
                assert!(shown.free.iter().zip(&stated).all(|(free, stated)| free <= stated), "no more is free than was stated");
            }
            Ok(())
        });
        assert!(taken, "the clinic's own work goes on");
        let steps: Vec<String> = (1..=3)
            .map(|nth| {
                let found = verbund_node::store::conversation::find(self.core.store().db(), ConversationId([nth; 16])).expect("the store can be read");
                found.map_or_else(String::new, |c| c.log.state().step.to_string())
            })
            .collect();
        let seen: String = self.seen.iter().map(|count| ['-', 'a', 'b', 'c'][(*count).min(3) as usize]).collect();
        format!("{} {seen}", steps.join(","))
    }
}

fn turns() -> Vec<Vec<u8>> {
    let message = |kind: MessageKind, detail: u8| {
        let body = vector(&format!("body-{}-1", kind.word()));
        [&[4, 0, kind.number() as u8, detail, body.len().min(255) as u8][..], &body[..body.len().min(255)]].concat()
    };
    let piece = |head: &[u8], bytes: &[u8]| [head, &[bytes.len().min(255) as u8], &bytes[..bytes.len().min(255)]].concat();
    let mut all: Vec<Vec<u8>> = MessageKind::ALL.iter().map(|kind| message(*kind, 0)).collect();
    all.push(
        [message(MessageKind::Inquiry, 0), vec![9, 0, 0], message(MessageKind::Choice, 0), vec![9, 0, 2], vec![0, 20], message(MessageKind::Referral, 0), vec![9, 0, 4, 9, 0, 5]]
            .concat(),
    );
    all.push(piece(&[3, 0, 1], &vector("sync-request-1")));
    all.push(piece(&[3, 2, 1], &vector("confirmation-question-1")));
    all.push(piece(&[7], &[&[1], &signed_content("capacity-1")[..]].concat()));
    all.push(piece(&[0, 5, 8, 0, 1], &vector("replies-1")));
    all.push(vec![1, 2, 10, 0, 200, 11, 0, 255, 2]);
    // A request that this version writes itself reads like one of another node.
    let held = membership();
    let holding = verbund_protocol::sync::Holding { document: 1, digest: held.held().digest() };
    all.push(piece(&[3, 0, 1], &Request { holding, document: None, sums: vec![], push: vec![], pull: vec![] }.to_bytes()));
    all
}

fn signed_content(name: &str) -> Vec<u8> {
    verbund_protocol::sign::reopen(&vector(name), 1 << 20).map(|opened| opened.payload).unwrap_or_default()
}

fn cores() -> Run {
    Box::new(|input| {
        let (mut clinic, mut steps) = (Clinic::new(), Steps(input));
        for _ in 0..40 {
            if steps.is_over() {
                break;
            }
            clinic.step(&mut steps);
        }
        clinic.check()
    })
}
