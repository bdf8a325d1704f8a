//! What doors may ask of the world outside the store.

use std::{path::PathBuf, sync::Arc};

use arc_swap::ArcSwap;
use verbund_protocol::{id::MemberId, membership::Membership, time::Timestamp, wire::Protocol};

use crate::{
    mesh::{MeshHandle, PeerInfo},
    store::Readers,
    workflow::{
        desk::{Later, Outside, PeerSight},
        document::Files,
        recall::StoreEdition,
        took::Took,
    },
};

/// The running node's world.
pub(super) struct World {
    pub mesh: MeshHandle,
    pub membership: Arc<ArcSwap<Membership>>,
    pub data_dir: PathBuf,
    pub readers: Readers,
    pub files: Arc<Files>,
    pub took: Took,
    pub edition: StoreEdition,
}

impl Outside for World {
    fn peers(&self) -> Later<'_, Vec<PeerSight>> {
        Box::pin(async {
            let membership = self.membership.load_full();
            self.mesh.peers().await.into_iter().map(|info| sight(&membership, info)).collect()
        })
    }

    fn query(&self, to: MemberId, body: Vec<u8>) -> Later<'_, Result<Vec<u8>, String>> {
        Box::pin(async move {
            let membership = self.membership.load_full();
            let nodes = membership.member(&to).map(|member| member.nodes.clone()).unwrap_or_default();
            let mut last = format!("{to} is not in the member list");
            for node in nodes {
                match self.mesh.request(node.auth, Protocol::Query, body.clone()).await {
                    Ok(answer) => return Ok(answer.body.into()),
                    Err(error) => last = error.to_string(),
                }
            }
            Err(last)
        })
    }

    fn edition(&self) -> Option<u64> {
        Some(self.edition.get())
    }

    fn now(&self) -> Timestamp {
        super::now()
    }

    fn data_dir(&self) -> PathBuf {
        self.data_dir.clone()
    }

    fn readers(&self) -> Readers {
        self.readers.clone()
    }

    fn files(&self) -> Arc<Files> {
        self.files.clone()
    }

    fn took(&self) -> &Took {
        &self.took
    }
}

fn sight(membership: &Membership, info: PeerInfo) -> PeerSight {
    let link = info.link.as_ref();
    PeerSight {
        member: membership.node_by_auth(&info.key).map(|(member, _)| member.id.clone()),
        key: info.key,
        up: link.is_some(),
        direction: link.map_or("", |link| if link.outbound { "out" } else { "in" }).into(),
        address: link.map(|link| link.address.clone()).or(info.addresses.first().cloned()).unwrap_or_default(),
        rtt_ms: link.and_then(|link| link.round_trip).map(|span| span.as_millis() as u64),
        version: link.map(|link| link.greeting.version),
        clock_offset_ms: link.map(|link| link.greeting.clock_offset_ms),
        gate: info.last_failure.map_or_else(|| info.access.to_string(), |failure| format!("{}; {failure}", info.access)),
    }
}
