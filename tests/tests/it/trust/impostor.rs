//! A peer that runs in this test: the node's own mesh, with whatever key, certificate, membership and clock a test gives it.

use std::{sync::Arc, time::Duration};

use tokio::{runtime::Runtime, sync::mpsc};
use verbund_node::{
    mesh::{self, Command, Event, MeshConfig, MeshHandle, ProbeError, Probed, RequestError},
    runtime::service::now,
};
use verbund_protocol::{
    cbor,
    membership::{Edition, Membership, SignedDocument},
    sign::{PublicKey, SecretKey},
    sync::{Holding, Item, Request, Response},
    time::Timestamp,
    wire::Protocol,
};

pub struct Impostor {
    runtime: Runtime,
    mesh: MeshHandle,
    membership: Arc<Membership>,
    /// Kept also where nobody takes them: a mesh whose events nobody can take any more stops.
    events: mpsc::Receiver<Event>,
}

impl Impostor {
    /// Starts with this key and certificate (DER), believing `document`, with a clock that is `ahead` of the system's.
    pub fn start(key: SecretKey, certificate: Vec<u8>, document: SignedDocument, ahead: Duration) -> Self {
        Self::knowing(key, certificate, Membership::trusted(document), ahead)
    }

    /// As [`Self::start`], with suspensions too.
    pub fn knowing(key: SecretKey, certificate: Vec<u8>, membership: Membership, ahead: Duration) -> Self {
        let runtime = Runtime::new().unwrap();
        let membership = Arc::new(membership);
        let clock = Arc::new(move || -> Timestamp { now().plus(ahead) });
        let config = MeshConfig::new(vec!["/ip4/127.0.0.1/tcp/0".into()], key, vec![certificate], clock);
        let (mesh, events) = runtime.block_on(async { mesh::spawn(config, membership.clone()) }).unwrap();
        Self { runtime, mesh, membership, events }
    }

    /// Dials an address and returns what the dialler learns.
    pub fn dial(&self, port: u16) -> Result<Probed, ProbeError> {
        self.runtime.block_on(self.mesh.probe(format!("/ip4/127.0.0.1/tcp/{port}")))
    }

    /// Asks in any protocol.
    pub fn ask(&self, peer: PublicKey, protocol: Protocol, body: Vec<u8>) -> Result<Vec<u8>, RequestError> {
        self.runtime.block_on(self.mesh.request(peer, protocol, body)).map(|answer| answer.body.to_vec())
    }

    /// Tells the impostor's mesh that it has nothing to learn from `peer`.
    pub fn settle(&self, peer: PublicKey, edition: Edition) {
        self.runtime.block_on(self.mesh.send(Command::Synchronised { peer, edition })).unwrap();
    }

    /// Waits for a question of the sync protocol and says that nothing differs.
    pub fn answer_sync_with_nothing(&mut self) {
        let held = self.membership.held();
        let holding = Holding { document: held.document.version, digest: held.digest() };
        let nothing = Response { holding, document: None, differing: vec![], items: vec![], dealt: 0, refused: None };
        self.runtime.block_on(async {
            while let Some(event) = self.events.recv().await {
                if let Event::Request { protocol: Protocol::Sync, respond, .. } = event {
                    return respond.answer(nothing.to_bytes());
                }
            }
        });
    }

    /// Hands over a document and records by the sync protocol and returns the answer.
    pub fn hand_over(&self, peer: PublicKey, document: Option<Vec<u8>>, push: Vec<Item>) -> Response {
        let held = self.membership.held();
        let holding = Holding { document: held.document.version, digest: held.digest() };
        let request = Request { holding, document, sums: vec![], push, pull: vec![] };
        let answer = self.ask(peer, Protocol::Sync, cbor::write(&request)).unwrap();
        Response::read(&answer).unwrap()
    }
}

impl Drop for Impostor {
    fn drop(&mut self) {
        self.runtime.block_on(self.mesh.stop());
    }
}
