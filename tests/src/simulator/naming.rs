//! Who is named to whom: in everything that leaves a node, and in the stores of those who name.

use std::collections::BTreeSet;

use verbund_node::{
    domain::consent::{Kind, Recipient},
    store::{audit, consent},
};
use verbund_protocol::{
    conversation::{Batch, SignedHeader, recovery::Recovered},
    id::{ConversationId, LocalId},
    referral::{MessageKind, Side, Step},
    wire::Protocol,
};

use super::{
    Said, World,
    cooperative::{NAME, member_of},
    counts::Way,
    play::Play,
    promises::{Told, messages, recovers},
};

/// Returns whether a patient's name is in these bytes.
pub(super) fn named(mut bytes: &[u8]) -> bool {
    let (first, rest) = NAME.as_bytes().split_first().expect("a name has letters");
    // Nearly all bytes that leave a node are searched, so by the fastest search there is.
    while std::io::BufRead::skip_until(&mut bytes, *first).is_ok_and(|skipped| skipped > 0) {
        if bytes.starts_with(rest) {
            return true;
        }
    }
    false
}

/// Of all that left an honest node: a name stands in a referral alone, and only once its recipient has confirmed the place. After a
/// restore a party to the conversation gives it back to the other.
pub(super) fn nobody_is_named_before_the_owner_has_confirmed(play: &mut Play) -> u64 {
    let mut count = 0;
    for said in std::mem::take(&mut play.world.said) {
        // Whoever lies may repeat to anybody what it was told in confidence.
        if play.is_suspect(said.from) {
            continue;
        }
        count += 1;
        match said.way {
            Way::Question(Protocol::Message) => is_confirmed(play, &said),
            Way::Answer(asker) => is_given_back(&play.world, &said, asker),
            Way::Question(_) | Way::Announcement => panic!("{} names a patient by {:?}", said.from, said.way),
        }
    }
    count
}

fn is_confirmed(play: &Play, said: &Said) {
    let batch = Batch::read(&said.body).expect("names travel in batches");
    for item in batch.items.into_iter().filter(|item| named(&item.body)) {
        let header = SignedHeader::trusted(&item.header).expect("who knows a name is honest").header;
        assert_eq!(header.message, MessageKind::Referral.number(), "a name in another message than the referral");
        let to = member_of(&header.recipient.member);
        let confirmed = messages(&play.world, to, header.conversation).into_iter().any(|message| message.side == Side::Owner && message.kind == MessageKind::Confirmed.number());
        let knows = !play.is_suspect(to) && !recovers(&play.world, to);
        assert!(confirmed || !knows, "{}: named before it was confirmed", header.conversation);
    }
}

fn is_given_back(world: &World, said: &Said, asker: usize) {
    let given = Recovered::read(&said.body).expect("an answer names somebody after a restore alone");
    for held in given.conversations.iter().flat_map(|c| &c.messages).filter(|held| held.content.as_ref().is_some_and(|content| named(&content.body))) {
        let header = SignedHeader::trusted(&held.header).expect("a header").header;
        let parties = BTreeSet::from([&header.author.member, &header.recipient.member]);
        let both = BTreeSet::from([&world.author(said.from).member, &world.author(asker).member]);
        assert_eq!(parties, both, "{}: given back to somebody else", header.conversation);
        assert_eq!(header.message, MessageKind::Referral.number(), "a name in another message than the referral");
    }
}

/// Who has sent a name holds a decision about this patient that names the recipient, or a necessity, as what the conversation rests on.
/// After a restore this is asked of what was said since: a referral that another clinic gave back names no patient here, and no decision.
pub(super) fn who_is_named_has_released_it(play: &Play, at: usize, told: &[Told]) {
    let given_back = given_back(play, at);
    let Some(db) = play.world.store(at).map(|store| store.db()) else { return };
    for (c, all) in told.iter().filter(|(c, _)| c.side == Side::Asker && !given_back.contains(&c.id)) {
        let Some(patient) = c.patient.filter(|_| all.iter().any(|message| message.side == Side::Asker && message.kind == MessageKind::Referral.number())) else { continue };
        let release = c.release.unwrap_or_else(|| panic!("{} of {at}: named without anything it rests on", c.id));
        let of = |id: LocalId| consent::find(db, id).expect("a good store").unwrap_or_else(|| panic!("{} of {at} rests on a decision that is not there", c.id));
        let (ground, recipient) = (of(release), Recipient { member: c.peer.clone(), facility: c.peer_facility.clone() });
        assert_eq!(ground.patient, patient, "{} of {at} rests on another patient's decision", c.id);
        let names_it = match ground.decision.kind {
            Kind::IdentifiedRelease | Kind::DocumentHandoff => ground.decision.recipient == Some(recipient),
            Kind::TreatmentNecessity => true,
            Kind::DischargeManagement => false,
        };
        assert!(ground.decision.given && names_it, "{} of {at} rests on {:?}", c.id, ground.decision);
        let ended = c.ended_at.is_some() || c.log.state().step.ended() || c.log.state().step == Step::Admitted;
        assert!(ground.revoked_at.is_none() || ended, "{} of {at} goes on although what it rests on was taken back", c.id);
    }
}

/// Returns the conversations of which a node was given something back after a restore.
pub(super) fn given_back(play: &Play, at: usize) -> BTreeSet<ConversationId> {
    let Some(db) = play.world.store(at).map(|store| store.db()).filter(|_| play.set_back.contains(&at)) else { return BTreeSet::new() };
    let lines = audit::list(db, &audit::Filter::default(), 1_000_000).expect("a good store").into_iter().filter(|line| line.action.ends_with(".recover"));
    lines.filter_map(|line| line.detail.split(' ').next()?.parse().ok()).collect()
}
