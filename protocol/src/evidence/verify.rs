//! Offline verification: what a bundle proves, and what in it does not hold.

use super::{Bundle, Contradiction, Conversation, Ending, EvidenceError, Message, Recorded};
use crate::{
    cbor,
    conversation::{Erasure, Outcome, Party, Receipt, Refusal, SignedHeader, chain::Conflict},
    id::{ConversationId, Digest, MemberId, NetworkId},
    limits::{MAX_EVIDENCE, MAX_EVIDENCE_MESSAGES},
    membership::SignedDocument,
    referral::{self, Entry, Log, MessageKind, Side, Step},
    sign::{self, Kind, PublicKey},
    time::Timestamp,
};

/// What a bundle proves.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// The network.
    pub network: NetworkId,
    /// Who made the bundle.
    pub made_by: MemberId,
    /// When.
    pub made_at: Timestamp,
    /// What each conversation proves.
    pub conversations: Vec<ConversationReport>,
    /// What staff of the maker wrote down of clinics without a node: the maker's word alone, which nobody else has signed.
    pub recorded: Vec<Recorded>,
    /// How staff of the maker ended the case, if they did: the maker's word alone.
    pub ending: Option<Ending>,
    /// What does not hold in the bundle as a whole.
    pub faults: Vec<String>,
}

/// What a conversation proves.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ConversationReport {
    /// Its name.
    pub id: ConversationId,
    /// Who asked.
    pub asker: Option<Party>,
    /// Who was asked.
    pub owner: Option<Party>,
    /// The messages, in the order both chains give them.
    pub lines: Vec<Line>,
    /// Where it stood, if what every message meant is shown.
    pub step: Option<Step>,
    /// Lies that are proven: who wrote two messages under one number.
    pub contradictions: Vec<String>,
    /// What does not hold.
    pub faults: Vec<String>,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    /// Who wrote it.
    pub side: Side,
    /// Its number.
    pub seq: u64,
    /// What it was.
    pub kind: String,
    /// Digest of its header.
    pub digest: Digest,
    /// When it was written, by its author's clock.
    pub made_at: Timestamp,
    /// What its recipient signed.
    pub receipt: Option<Proven>,
    /// Whether its body is shown and is the one that was signed.
    pub body: bool,
}

/// What a receipt proves.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Proven {
    /// When it was durably stored, by the recipient's clock.
    pub at: Timestamp,
    /// Why it was refused, if it was.
    pub refused: Option<Refusal>,
}

impl Report {
    /// Returns whether everything in the bundle holds. (A message without a receipt is no fault: it proves less.)
    pub fn holds(&self) -> bool {
        self.faults.is_empty() && self.conversations.iter().all(|c| c.faults.is_empty())
    }
}

/// Verifies a bundle against a network document the reader trusts.
///
/// # Errors
/// [`EvidenceError`] if this is no bundle of that network; what does not hold inside one is in the report.
pub fn verify(bytes: &[u8], trusted: &SignedDocument) -> Result<Report, EvidenceError> {
    trusted.accept_first()?;
    let network = trusted.document.network.clone();
    let opened = sign::open(&network, Kind::Manifest, bytes, MAX_EVIDENCE).map_err(|cause| EvidenceError::Signature { network: network.clone(), cause })?;
    let bundle: Bundle = cbor::read(&opened.payload, MAX_EVIDENCE)?;
    if bundle.conversations.iter().map(|c| c.messages.len()).sum::<usize>() > MAX_EVIDENCE_MESSAGES {
        return Err(EvidenceError::TooMany);
    }
    let mut faults = Vec::new();
    let lists = MemberLists::of(&network, trusted, &bundle, &mut faults);
    if !lists.may_sign(&opened.signer, &bundle.made_by) {
        faults.push(format!("the bundle is not signed by a key of {}", bundle.made_by));
    }
    if bundle.network != network {
        faults.push(format!("the bundle names network {}", bundle.network));
    }
    let conversations = bundle.conversations.iter().map(|conversation| check(&network, &lists, conversation)).collect();
    Ok(Report { network, made_by: bundle.made_by, made_at: bundle.made_at, conversations, recorded: bundle.recorded.unwrap_or_default(), ending: bundle.ending, faults })
}

/// The member lists that count: the trusted one, and those of the bundle that the same boards signed.
struct MemberLists(Vec<SignedDocument>);

impl MemberLists {
    fn of(network: &NetworkId, trusted: &SignedDocument, bundle: &Bundle, faults: &mut Vec<String>) -> Self {
        let mut lists = vec![trusted.clone()];
        let mut open: Vec<SignedDocument> = Vec::new();
        for bytes in &bundle.documents {
            match SignedDocument::read(network, bytes) {
                Ok(document) if document.accept_first().is_ok() => open.push(document),
                Ok(document) => faults.push(format!("network document {} of the bundle is not signed by its board", document.document.version)),
                Err(error) => faults.push(format!("a network document of the bundle: {error}")),
            }
        }
        // A document counts if the board of one that counts signed it, or if its board signed a later one that counts.
        while let Some(at) = open.iter().position(|document| lists.iter().any(|known| follows(document, known))) {
            lists.push(open.swap_remove(at));
        }
        faults.extend(open.iter().map(|document| format!("network document {} of the bundle does not lead to the one given", document.document.version)));
        Self(lists)
    }

    fn may_sign(&self, key: &PublicKey, member: &MemberId) -> bool {
        self.0.iter().any(|list| list.document.member(member).is_some_and(|m| m.signs_with(key)))
    }
}

fn follows(document: &SignedDocument, known: &SignedDocument) -> bool {
    let same_board = document.document.board == known.document.board && document.document.threshold == known.document.threshold;
    same_board || document.accept_after(known).is_ok() || known.accept_after(document).is_ok()
}

fn check(network: &NetworkId, lists: &MemberLists, conversation: &Conversation) -> ConversationReport {
    let mut faults = Vec::new();
    let may_sign = |key: &PublicKey, member: &MemberId| lists.may_sign(key, member);
    let mut opened: Vec<(SignedHeader, &Message)> = Vec::new();
    for message in &conversation.messages {
        match SignedHeader::open_by(network, &message.header, may_sign) {
            Ok(header) if header.header.conversation == conversation.id => opened.push((header, message)),
            Ok(_) => faults.push("a message is from another conversation".into()),
            Err(error) => faults.push(error.to_string()),
        }
    }
    let (asker, owner) = parties(&opened);
    let side = |header: &SignedHeader| if Some(&header.header.author) == asker.as_ref() { Side::Asker } else { Side::Owner };
    let mut chains: [Vec<(SignedHeader, &Message)>; 2] = Default::default();
    for (header, message) in opened {
        chains[side(&header) as usize].push((header, message));
    }
    for (chain, who) in chains.iter_mut().zip(["asker", "owner"]) {
        chain.sort_by_key(|(header, _)| header.header.seq);
        links(chain, who, &mut faults);
    }
    seen(&chains, &mut faults);
    let mut log = Log::default();
    let mut complete = true;
    let mut lines = Vec::new();
    for (side, chain) in [Side::Asker, Side::Owner].into_iter().zip(&chains) {
        for (header, message) in chain {
            let (line, entry) = line(network, lists, side, header, message, &mut faults);
            complete &= entry.event.is_some() || line.receipt.as_ref().is_some_and(|receipt| receipt.refused.is_some());
            let chain = if side == Side::Asker { &mut log.asker } else { &mut log.owner };
            chain.push(entry);
            if let Some(refusal) = line.receipt.as_ref().and_then(|receipt| receipt.refused) {
                log.refused(side, header.header.seq, refusal);
            }
            lines.push(line);
        }
    }
    lines.sort_by_key(|line| (line.made_at, line.side, line.seq));
    let contradictions = conversation.contradictions.iter().filter_map(|pair| contradiction(network, lists, conversation.id, pair, &mut faults)).collect();
    ConversationReport { id: conversation.id, asker, owner, lines, step: (complete && faults.is_empty()).then(|| log.state().step), contradictions, faults }
}

/// Who asked and who was asked: the first message of a conversation is the asker's.
fn parties(opened: &[(SignedHeader, &Message)]) -> (Option<Party>, Option<Party>) {
    let opening = [MessageKind::Inquiry, MessageKind::Handoff].map(MessageKind::number);
    let first = opened.iter().map(|(header, _)| &header.header).find(|h| h.seq == 0 && h.seen.is_none() && opening.contains(&h.message));
    first.map_or((None, None), |h| (Some(h.author.clone()), Some(h.recipient.clone())))
}

/// One author's chain: from 0 without a gap, each header naming the one before.
fn links(chain: &[(SignedHeader, &Message)], who: &str, faults: &mut Vec<String>) {
    let mut previous = None;
    for (expected, (header, _)) in (0_u64..).zip(chain) {
        if header.header.seq != expected {
            faults.push(format!("the {who}'s message {expected} is missing or there twice"));
            return;
        }
        if header.header.previous != previous {
            faults.push(format!("the {who}'s message {expected} does not follow the one before it"));
        }
        previous = Some(header.digest);
    }
}

/// What each says it had seen of the other must be what the other wrote.
fn seen(chains: &[Vec<(SignedHeader, &Message)>; 2], faults: &mut Vec<String>) {
    for (mine, theirs) in [(0, 1), (1, 0)] {
        for (header, _) in &chains[mine] {
            let Some(head) = header.header.seen else { continue };
            let same = chains[theirs].iter().any(|(other, _)| other.header.seq == head.seq && other.digest == head.digest);
            if !same {
                faults.push(format!("message {} answers a message that is not in the bundle", header.header.seq));
            }
        }
    }
}

fn line(network: &NetworkId, lists: &MemberLists, side: Side, header: &SignedHeader, message: &Message, faults: &mut Vec<String>) -> (Line, Entry) {
    let h = &header.header;
    let name = || format!("the {}'s message {}", side.word(), h.seq);
    let receipt = message.receipt.as_ref().and_then(|bytes| match receipt(network, lists, header, bytes) {
        Ok(proven) => Some(proven),
        Err(why) => {
            faults.push(format!("{}: {why}", name()));
            None
        }
    });
    // Handoffs and reports hold document keys and are never shown; their type says all that the table needs.
    let keyless = [MessageKind::Handoff, MessageKind::Report].into_iter().find(|kind| kind.number() == h.message);
    let mut event = keyless.map(referral::Event::new);
    let mut body = false;
    if let Some(shown) = &message.body {
        match header.check_body(&shown.salt, &shown.body).map(|()| referral::Message::read(h.message, &shown.body)) {
            Ok(Ok(said)) => {
                body = true;
                erasure(network, lists, header, &said).unwrap_or_else(|why| faults.push(format!("{}: {why}", name())));
                event = Some(said.event());
            }
            Ok(Err(_)) => body = true, // of a newer version: it is what was signed, if not readable here
            Err(error) => faults.push(format!("{}: {error}", name())),
        }
    }
    let entry = Entry::of(header, event);
    let kind = MessageKind::numbered(h.message).map_or_else(|| format!("message type {}", h.message), |kind| kind.word().to_owned());
    (Line { side, seq: h.seq, kind, digest: header.digest, made_at: h.made_at, receipt, body }, entry)
}

fn receipt(network: &NetworkId, lists: &MemberLists, header: &SignedHeader, bytes: &[u8]) -> Result<Proven, String> {
    let receipt = Receipt::open_by(network, bytes, |key, member| lists.may_sign(key, member)).map_err(|error| error.to_string())?;
    receipt.matches(header).map_err(|error| error.to_string())?;
    let refused = if let Outcome::Refused(refusal) = receipt.outcome { Some(refusal) } else { None };
    Ok(Proven { at: receipt.at, refused })
}

/// A statement of erasure inside a body must be the author's own, about this conversation.
fn erasure(network: &NetworkId, lists: &MemberLists, header: &SignedHeader, said: &referral::Message) -> Result<(), String> {
    let bytes = match said {
        referral::Message::Refused(body) => &body.erasure,
        referral::Message::Erased(body) => &body.erasure,
        _ => return Ok(()),
    };
    let erasure = Erasure::open_by(network, bytes, |key, member| lists.may_sign(key, member)).map_err(|error| error.to_string())?;
    let own = erasure.by == header.header.author.member && erasure.conversation == header.header.conversation;
    if own { Ok(()) } else { Err("the erasure it states is another's".into()) }
}

fn contradiction(network: &NetworkId, lists: &MemberLists, id: ConversationId, pair: &Contradiction, faults: &mut Vec<String>) -> Option<String> {
    let open = |bytes: &[u8]| SignedHeader::open_by(network, bytes, |key, member| lists.may_sign(key, member)).ok().filter(|header| header.header.conversation == id);
    let (held, other) = (open(&pair.held)?, open(&pair.other)?);
    let same_place = held.header.author == other.header.author && held.header.seq == other.header.seq;
    if same_place && crate::conversation::Chain::conflict(&held, &other) == Conflict::Equivocation {
        return Some(format!("{} wrote two messages under number {}", held.header.author.member, held.header.seq));
    }
    faults.push("a pair of headers is given as a contradiction and is none".into());
    None
}
