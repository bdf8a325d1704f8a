//! Where nodes are reached, and the head of each one's audit chain that travels with it.

use std::time::Duration;

use verbund_protocol::{
    address::{AddressRecord, Order},
    cbor,
    id::{Digest, MemberId, NodeId},
    limits::MAX_ADDRESS_RECORD,
    membership::Membership,
    sign::{self, PublicKey},
    sync::{Set, Stamp, Taken},
    time::Timestamp,
    wire::{VERSION, VERSION_MIN},
};

use super::{Public, announce, announcement};
use crate::{
    store::{
        self, Db, StoreError,
        audit::{self, witness},
    },
    workflow::{Effect, Work, WorkError},
};

/// After what time a node says again where it is reached, and where its audit chain ends.
const RENEW: Duration = Duration::from_secs(3600);

/// A node's newest record.
#[derive(Clone, Debug)]
pub(super) struct HeldAddress {
    record: AddressRecord,
    digest: Digest,
    bytes: Vec<u8>,
}

impl HeldAddress {
    fn open(membership: &Membership, bytes: &[u8]) -> Result<Self, String> {
        let record = AddressRecord::open(&membership.held().document.network, membership, bytes).map_err(|error| error.to_string())?;
        let opened = sign::reopen(bytes, MAX_ADDRESS_RECORD).map_err(|error| error.to_string())?;
        Ok(Self { record, digest: Digest::of(&opened.payload), bytes: bytes.to_vec() })
    }
    /// The higher counts; of one order the lower hash, at every node the same.
    fn rank(&self) -> (Order, std::cmp::Reverse<Digest>) {
        (self.record.order, std::cmp::Reverse(self.digest))
    }
    fn name(&self) -> (MemberId, NodeId) {
        (self.record.member.clone(), self.record.node.clone())
    }
}

/// Returns whether exactly this is held: it was verified then.
pub(super) fn holds(public: &Public, bytes: &[u8]) -> bool {
    let claimed = sign::reopen(bytes, MAX_ADDRESS_RECORD).ok().and_then(|opened| cbor::read::<AddressRecord>(&opened.payload, MAX_ADDRESS_RECORD).ok());
    claimed.and_then(|record| public.addresses.get(&(record.member, record.node))).is_some_and(|held| held.bytes == bytes)
}

impl Public {
    fn put_address(&mut self, held: HeldAddress) {
        let name = held.name();
        self.index(Set::Addresses).put(&cbor::write(&name), Stamp::new(held.record.order, &held.digest));
        self.addresses.insert(name, held);
    }
}

/// Reads back the records of nodes that are still listed.
pub(super) fn load(db: &Db, membership: &Membership, public: &mut Public) -> Result<(), StoreError> {
    for bytes in store::address::all(db)? {
        if let Ok(held) = HeldAddress::open(membership, &bytes) {
            public.put_address(held);
        }
    }
    Ok(())
}

/// Returns the exact bytes of the record that the exchange names so.
pub(super) fn bytes(public: &Public, key: &[u8]) -> Option<Vec<u8>> {
    let name: (MemberId, NodeId) = cbor::read(key, key.len()).ok()?;
    public.addresses.get(&name).map(|held| held.bytes.clone())
}

/// Verifies an address record and keeps it, together with the head of the writer's audit chain.
pub(super) fn take(work: &mut Work<'_>, bytes: &[u8]) -> Result<Taken, WorkError> {
    let held = match HeldAddress::open(&work.membership, bytes) {
        Ok(held) => held,
        Err(why) => return Ok(Taken::Refused(why)),
    };
    let name = held.name();
    let own = name.0 == work.me.member && name.1 == work.me.node;
    // What we said ourselves is a witness too; only what others said is kept as one.
    if !own {
        let record = &held.record;
        let seen = witness::Seen { epoch: record.order.epoch, len: record.audit_len, head: record.audit_head, seen_at: work.now };
        witness::record(work.db, &name.0, &name.1, &seen)?;
    }
    if work.public.addresses.get(&name).is_some_and(|known| known.rank() >= held.rank()) {
        return Ok(Taken::Known);
    }
    if own {
        // A peer knows more of what we said than we do: this node was set back. What it says from now on must count.
        store::meta::raise_epoch_above(work.db, held.record.order.epoch)?;
    }
    keep(work, held)?;
    Ok(Taken::News)
}

fn keep(work: &mut Work<'_>, held: HeldAddress) -> Result<(), WorkError> {
    let (member, node) = held.name();
    store::address::put(work.db, &member, &node, &held.bytes, work.now)?;
    if let Some(peer) = auth_key(&work.membership, &member, &node) {
        work.then(Effect::Addresses { peer, addresses: held.record.addresses.clone() });
    }
    work.public.put_address(held);
    Ok(())
}

fn auth_key(membership: &Membership, member: &MemberId, node: &NodeId) -> Option<PublicKey> {
    membership.member(member)?.nodes.iter().find(|listed| &listed.id == node).map(|listed| listed.auth)
}

/// Returns the address book: each listed node's key with the addresses it announced, best first. Own addresses are left out.
pub fn addresses(membership: &Membership, public: &Public, own: &PublicKey) -> Vec<(PublicKey, Vec<String>)> {
    let known = public.addresses.values().filter_map(|held| Some((auth_key(membership, &held.record.member, &held.record.node)?, held.record.addresses.clone())));
    known.filter(|(peer, _)| peer != own).collect()
}

/// Drops the records of nodes that the held document does not list (with that key) any more.
pub(super) fn drop_the_gone(work: &mut Work<'_>) -> Result<(), WorkError> {
    let membership = &*work.membership;
    let gone: Vec<(MemberId, NodeId)> = work.public.addresses.values().filter(|held| HeldAddress::open(membership, &held.bytes).is_err()).map(HeldAddress::name).collect();
    for name in gone {
        work.public.addresses.remove(&name);
        work.public.index(Set::Addresses).remove(&cbor::write(&name));
        store::address::remove(work.db, &name.0, &name.1)?;
    }
    Ok(())
}

/// Returns when this node has to say again where it is reached, if nothing changes; nothing if it is not listed (any more).
pub fn due(work: &Work<'_>, addresses: &[String]) -> Option<Timestamp> {
    let name = (work.me.member.clone(), work.me.node.clone());
    auth_key(&work.membership, &name.0, &name.1)?;
    let said = work.public.addresses.get(&name).filter(|held| held.record.addresses == addresses);
    Some(said.map_or(work.now, |held| held.record.made_at.plus(RENEW)))
}

/// Says where this node is reached, if that has changed, or if what was said last is an hour old: peers keep the head of the
/// audit chain that goes with it. A node that is not listed (any more) says nothing.
///
/// # Errors
/// The store's.
pub fn renew(work: &mut Work<'_>, addresses: &[String]) -> Result<(), WorkError> {
    let name = (work.me.member.clone(), work.me.node.clone());
    let epoch = store::meta::epoch(work.db)?;
    let right = |held: &HeldAddress| {
        held.record.addresses == addresses && work.now.since(held.record.made_at) < RENEW && held.record.made_at <= work.now && held.record.order.epoch == epoch
    };
    if auth_key(&work.membership, &name.0, &name.1).is_none() || work.public.addresses.get(&name).is_some_and(right) {
        return Ok(());
    }
    let head = audit::head(work.db)?;
    let record = AddressRecord {
        member: name.0,
        node: name.1,
        order: store::meta::next_order(work.db, "address")?,
        addresses: addresses.to_vec(),
        made_at: work.now,
        protocol_min: VERSION_MIN,
        protocol_max: VERSION,
        audit_len: head.len,
        audit_head: head.hash,
    };
    let bytes = record.sign(&work.me.network, &work.me.key);
    let Ok(held) = HeldAddress::open(&work.membership, &bytes) else {
        tracing::error!("this node's sign key is not the one the network document lists, so its address cannot be announced; see `verbund doctor`");
        return Ok(());
    };
    keep(work, held)?;
    announce(work, &announcement(Set::Addresses, &bytes));
    Ok(())
}
