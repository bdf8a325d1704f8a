//! Every message that is ever written, each once: real headers, chained by the real digests. They carry no signature, which costs more
//! than all else here; what a signature proves is tested elsewhere.

use std::collections::HashMap;

use verbund_protocol::{
    conversation::{Chain, Head, Header, Outcome, Party, Receipt, Refusal, SignedHeader, Verdict},
    id::{ConversationId, Digest, Ik},
    referral::{Entry, Event, Side},
    sign::SecretKey,
    time::Timestamp,
};

/// The name of a message: it stands for itself and all before it in its chain. The first is 1; 0 is the empty chain.
pub type Letter = u32;

/// A message.
pub struct Written {
    /// The one before it.
    pub before: Letter,
    /// Its header.
    pub header: SignedHeader,
    /// What it means to the table.
    pub entry: Entry,
    /// Its author's chain up to it.
    pub chain: Chain,
}

/// Where a message is written: the conversation, by whom, after which own one, and after which of the other's.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Where {
    /// Which conversation.
    pub conversation: u8,
    /// The author.
    pub side: Side,
    /// The author's last message.
    pub own: Letter,
    /// The other's last message that the author has taken in.
    pub seen: Letter,
}

/// Every message written so far.
pub struct Letters {
    key: SecretKey,
    all: Vec<Written>,
    names: HashMap<(Where, Event, Timestamp), Letter>,
    judged: HashMap<(Letter, Letter, Letter), ()>,
}

impl Letters {
    /// Returns no messages.
    pub fn new() -> Self {
        Self { key: SecretKey::from_seed(&[7; 32]), all: Vec::new(), names: HashMap::new(), judged: HashMap::new() }
    }
    /// Returns a message; nothing for the empty chain.
    pub fn get(&self, letter: Letter) -> Option<&Written> {
        letter.checked_sub(1).map(|at| &self.all[at as usize])
    }
    /// Returns how many messages a chain has.
    pub fn count(&self, letter: Letter) -> u8 {
        self.get(letter).map_or(0, |written| written.header.header.seq as u8 + 1)
    }
    /// Returns the chain's messages, oldest first.
    pub fn chain(&self, letter: Letter) -> Vec<Letter> {
        let mut all: Vec<_> = std::iter::successors(Some(letter), |last| self.get(*last).map(|written| written.before)).filter(|letter| *letter != 0).collect();
        all.reverse();
        all
    }
    /// Returns the chain's first `count` messages.
    pub fn upto(&self, letter: Letter, count: u8) -> Letter {
        let mut at = letter;
        while self.count(at) > count {
            at = self.get(at).map_or(0, |written| written.before);
        }
        at
    }
    /// Returns the message that says `event` there.
    pub fn write(&mut self, place: Where, event: &Event, made_at: Timestamp) -> Letter {
        if let Some(known) = self.names.get(&(place, event.clone(), made_at)) {
            return *known;
        }
        let header = self.header(place, event, made_at);
        let entry = Entry::of(&header, Some(event.clone()));
        let chain = self.known(place.own).after(&header);
        self.all.push(Written { before: place.own, header, entry, chain });
        let letter = self.all.len() as Letter;
        self.names.insert((place, event.clone(), made_at), letter);
        letter
    }

    fn header(&self, place: Where, event: &Event, made_at: Timestamp) -> SignedHeader {
        let party = |side: Side| Party { member: side.word().parse().unwrap(), facility: Ik::with_check_digit(26_000_000 + u32::from(side == Side::Owner)) };
        let head = |letter| self.get(letter).map(|written| written.header.head());
        let header = Header {
            conversation: ConversationId([place.conversation; 16]),
            author: party(place.side),
            recipient: party(place.side.other()),
            seq: u64::from(self.count(place.own)),
            previous: head(place.own).map(|head: Head| head.digest),
            seen: head(place.seen),
            message: event.kind.number(),
            body: Digest::of(&verbund_protocol::cbor::write(event)),
            made_at,
            epoch: 0,
        };
        let digest = Digest::of(&verbund_protocol::cbor::write(&header));
        SignedHeader { header, digest, signer: self.key.public(), bytes: Vec::new() }
    }

    fn known(&self, letter: Letter) -> Chain {
        self.get(letter).map_or_else(Chain::default, |written| written.chain)
    }

    /// Every message of the chain `theirs` comes to someone who has taken in the first `taken` of it and has said `own`: those known are
    /// repeats, the next one is the next, and before all others something is missing. Only the next one ever changes anything.
    pub fn judge_all(&mut self, theirs: Letter, taken: u8, own: Letter) -> Result<(), String> {
        let held = self.upto(theirs, taken);
        if self.judged.insert((theirs, held, own), ()).is_some() {
            return Ok(());
        }
        let chain = self.known(held);
        let answered: Vec<Digest> = self.chain(own).into_iter().map(|letter| self.all[letter as usize - 1].header.digest).collect();
        for letter in self.chain(theirs) {
            let came = &self.all[letter as usize - 1].header;
            let seq = came.header.seq;
            let wanted = match seq.cmp(&u64::from(taken)) {
                std::cmp::Ordering::Less => Verdict::Known,
                std::cmp::Ordering::Equal => Verdict::Next,
                std::cmp::Ordering::Greater => Verdict::Gap { expected: u64::from(taken) },
            };
            let verdict = chain.judge(came, |seq| answered.get(seq as usize).copied());
            if verdict != wanted {
                return Err(format!("message {seq} comes after {taken} and is {verdict:?}, not {wanted:?}"));
            }
        }
        Ok(())
    }

    /// Checks that a receipt for this message is for it and no other.
    pub fn receipt_fits(&self, letter: Letter, verdict: Result<(), Refusal>) -> Result<(), String> {
        let Some(written) = self.get(letter) else { return Err("a receipt for nothing".into()) };
        let outcome = verdict.map_or_else(Outcome::Refused, |()| Outcome::Stored);
        let receipt = Receipt::of(&written.header, outcome, Timestamp(1));
        let own = receipt.matches(&written.header).is_ok();
        let other = self.get(written.before).is_some_and(|before| receipt.matches(&before.header).is_ok());
        if own && !other { Ok(()) } else { Err(format!("the receipt for message {} fits another", written.header.header.seq)) }
    }
}
