//! Documents: their way without their bytes. A node that was offered one shows its grant; the giver's node decides as the real one
//! does; then the document has arrived, is refused for good, or is tried again.

use std::time::Duration;

use verbund_node::{
    store::document::{self, Waiting},
    workflow::document as chapter,
};
use verbund_protocol::{
    document::{Ask, Grant, RangeAnswer, RangeRequest, Refusal},
    id::LocalId,
    limits::DOCUMENT_RANGE,
    membership::Standing,
};

use super::{World, world::Event};

/// What stands for the bytes of a document.
const WHOLE: &[u8] = b"whole";
/// Transfers asked for at one time.
const AT_ONCE: usize = 8;

impl World {
    /// Asks for what a node waits for and is due.
    pub(super) fn fetch(&mut self, at: usize) {
        let now = self.clock(at);
        let waiting = self.store(at).and_then(|store| document::waiting(store.db(), 64).ok()).unwrap_or_default();
        for one in waiting.into_iter().filter(|one| one.next_at <= now).take(AT_ONCE) {
            self.show_grant(at, &one);
        }
    }

    /// Once a beat everybody looks again, as the real transfers do.
    pub(super) fn on_carriers_beat(&mut self) {
        for at in 0..self.len() {
            if self.is_up(at) {
                self.fetch(at);
            }
        }
    }

    fn show_grant(&mut self, at: usize, one: &Waiting) {
        let node = self.core(at).and_then(|core| core.membership().held().document.member(&one.source).map(|member| member.nodes[0].auth));
        let giver = node.and_then(|key| self.book.get(&key)).and_then(|nodes| nodes.first().copied());
        let starts = self.nodes[at].starts;
        let refused = |refusal| Some(RangeAnswer::refuse(refusal, None));
        let Some(giver) = giver else { return self.schedule(1, at, Event::Carried { starts, document: one.document, answer: refused(Refusal::NotMember) }) };
        self.connect(at, giver);
        let request = RangeRequest { grant: one.signed.clone().into(), root: one.root, offset: 0, length: one.cipher_size.min(DOCUMENT_RANGE as u64), further: None };
        let reached = self.linked(at, giver) && self.allows(at, giver) && self.allows(giver, at) && !self.deliveries(at, giver).is_empty();
        let answer = if reached { Some(self.given(giver, at, &request)) } else { None };
        let delay = 5 + self.faults.delay(&mut self.random);
        self.schedule(delay, at, Event::Carried { starts, document: one.document, answer });
    }

    /// Returns what the giver's node answers: everything is checked as it is for each range.
    fn given(&self, at: usize, from: usize, request: &RangeRequest) -> Vec<u8> {
        match self.may_fetch(at, from, request) {
            Ok(()) => WHOLE.to_vec(),
            Err(refusal) => RangeAnswer::refuse(refusal, None),
        }
    }

    fn may_fetch(&self, at: usize, from: usize, request: &RangeRequest) -> Result<(), Refusal> {
        let (now, me) = (self.clock(at), &self.nodes[at].author);
        let (core, store) = self.core(at).zip(self.store(at)).ok_or(Refusal::Busy)?;
        let Standing::Member(by) = core.membership().standing(&self.nodes[from].author.auth, now) else { return Err(Refusal::NotMember) };
        let grant = Grant::reopen(&request.grant).map_err(|_| Refusal::Invalid)?;
        let live = document::is_live(store.db(), &grant.id, &request.grant).map_err(|_| Refusal::Busy)?;
        if !live {
            Grant::open(&me.network, core.membership(), &request.grant).map_err(|_| Refusal::Invalid)?;
        }
        let ask = Ask { by: &by, of: &me.member, root: request.root, offset: request.offset, length: request.length, now };
        grant.check(&ask, |_| !live)
    }

    /// A question of the document protocol that comes by the ordinary way is one of a member that does not keep to it.
    pub(super) fn serve(&mut self, at: usize, from: usize, starts: u64, token: u64, body: &[u8]) {
        let answer = match RangeRequest::read(body) {
            Ok(request) => self.given(at, from, &request),
            Err(_) => RangeAnswer::refuse(Refusal::Invalid, None),
        };
        self.schedule(5, from, Event::Answer { token, starts, result: Ok(answer) });
    }

    /// An attempt has ended.
    pub(super) fn on_carried(&mut self, at: usize, id: LocalId, answer: Option<Vec<u8>>) {
        let refusal = match answer.as_deref() {
            Some(WHOLE) => None,
            Some(bytes) => match RangeAnswer::read(bytes) {
                Ok(RangeAnswer::Refused { why, .. }) => Some(why),
                Ok(RangeAnswer::Range(_)) | Err(_) => Some(Refusal::Invalid),
            },
            None => Some(Refusal::Busy),
        };
        let done = self.ask(at, move |work| match refusal {
            None => chapter::arrived(work, id),
            Some(refusal) if refusal.may_pass() => {
                let attempts = document::waiting_for(work.db, id)?.map_or(0, |one| one.attempts) + 1;
                let next = work.now.plus(Duration::from_secs(u64::from(attempts.min(9)) * 10));
                chapter::postpone(work, id, attempts, next, "busy")
            }
            Some(refusal) => chapter::give_up(work, id, "refused", refusal == Refusal::Revoked),
        });
        drop(done); // the document may be gone meanwhile; a disk that fails shows elsewhere
    }
}
