//! What the node asks of the mesh.

use std::sync::Arc;

use libp2p::{Multiaddr, multiaddr::Protocol as Part, swarm::dial_opts::DialOpts};
use tracing::warn;
use verbund_protocol::{
    limits::{MAX_ADDRESSES, MAX_MEMBERS},
    membership::{Edition, Membership},
    sign::PublicKey,
};

use super::{
    super::{
        api::{Command, PeerInfo, ProbeError},
        keys,
        peers::{ProbeReply, Question},
    },
    Dial, Engine,
};

impl Engine {
    pub(super) fn on_command(&mut self, command: Command) {
        match command {
            Command::Request { to, protocol, body, reply } => {
                let asked = self.mono();
                self.ask(to, Question { protocol, body, reply, asked });
            }
            Command::Announce(bytes) => self.announce(bytes),
            Command::Membership(membership) => self.on_membership(membership),
            Command::Synchronised { peer, edition } => self.on_synchronised(peer, edition),
            Command::Addresses { peer, addresses } => self.on_addresses(peer, &addresses),
            Command::Dial(peer) => self.dial(peer, true),
            Command::Probe { address, reply } => self.probe(&address, reply),
            Command::Peers(reply) => {
                let _ = reply.send(self.list()); // whoever asked may have given up
            }
            Command::Disconnect(peer) => {
                let _ = self.swarm.disconnect_peer_id(keys::peer_id(&peer)); // fails if it is not connected, which is what is wanted
            }
            Command::Stop(_) => {} // the loop ends on it
        }
    }

    fn on_membership(&mut self, membership: Arc<Membership>) {
        let own = membership.edition();
        self.rules.set_membership(membership);
        self.follow_membership();
        self.review_standings();
        self.hurry = true;
        let up: Vec<_> = self.peers.iter().filter(|(_, entry)| entry.greeting.is_some()).map(|(key, _)| *key).collect();
        for peer in up {
            if self.peer_mut(peer).settle_if_alike(own) {
                self.send_waiting(peer);
            } else {
                // The peer does not know yet what this node knows, and asks for it before it says anything else.
                self.say_hello(peer);
            }
        }
    }

    fn on_synchronised(&mut self, peer: PublicKey, edition: Edition) {
        if let Some(entry) = self.peers.get_mut(&peer).filter(|entry| entry.greeting.is_some()) {
            entry.settled = Some(edition);
            self.send_waiting(peer);
        }
    }

    fn on_addresses(&mut self, peer: PublicKey, addresses: &[String]) {
        let known = self.peers.contains_key(&peer) || self.rules.membership().node_by_auth(&peer).is_some();
        if peer == self.me || (!known && self.peers.len() >= MAX_MEMBERS) {
            return;
        }
        let addresses: Vec<Multiaddr> = addresses.iter().take(MAX_ADDRESSES).filter_map(|text| without_peer(text, &peer)).collect();
        let entry = self.peer_mut(peer);
        if entry.addresses != addresses {
            entry.addresses = addresses;
            entry.backoff.succeeded(); // new addresses deserve a new try
            self.hurry = true;
        }
        self.forget_if_unneeded(&peer);
    }

    fn probe(&mut self, text: &str, reply: ProbeReply) {
        let Ok(address) = text.parse::<Multiaddr>() else {
            let _ = reply.send(Err(ProbeError::Address(text.into()))); // whoever asked may have given up
            return;
        };
        let options = DialOpts::unknown_peer_id().address(address.clone()).allocate_new_port().build();
        self.start_dial(options, Dial::Probe(address, reply));
    }

    fn list(&self) -> Vec<PeerInfo> {
        let mut list: Vec<_> = self.peers.iter().map(|(key, peer)| peer.info(*key, self.rules.access(key))).collect();
        list.sort_by_key(|info| info.key);
        list
    }
}

/// Reads an address. A peer id in it would only contradict the key it is filed under.
fn without_peer(text: &str, peer: &PublicKey) -> Option<Multiaddr> {
    match text.parse::<Multiaddr>() {
        Ok(address) => Some(address.iter().filter(|part| !matches!(part, Part::P2p(_))).collect()),
        Err(error) => {
            warn!(%peer, %error, "an announced address cannot be read and is skipped");
            None
        }
    }
}
