//! Version N talks with N-1, and not with what is further away.

use verbund_protocol::wire::Protocol;

use super::{
    super::{MeshConfig, ProbeError, Refusal},
    world::{World, connect, turned},
};

fn speaks(versions: std::ops::RangeInclusive<u16>) -> impl FnOnce(&mut MeshConfig) {
    move |config| config.versions = versions
}

#[tokio::test]
async fn neighbours_take_the_best_common_version_in_both_directions() {
    let world = World::new(&["old", "new"]);
    let mut old = world.start_as("old", world.certificate("old"), speaks(1..=1)).await;
    let mut new = world.start_as("new", world.certificate("new"), speaks(1..=2)).await;
    connect(&mut new, &mut old).await;
    let (old_key, new_key) = (old.key, new.key);
    for protocol in Protocol::ALL {
        let (answer, _) = tokio::join!(new.ask(old_key, protocol), old.answer_one());
        let answer = answer.unwrap();
        assert_eq!((answer.version, answer.body), (1, turned(protocol, b"ask")));
        let (answer, _) = tokio::join!(old.ask(new_key, protocol), new.answer_one());
        assert_eq!(answer.unwrap().version, 1);
    }
    for (node, other) in [(&old, new_key), (&new, old_key)] {
        let peers = node.handle.peers().await;
        let link = peers.iter().find(|info| info.key == other).and_then(|info| info.link.clone()).unwrap();
        assert_eq!(link.greeting.version, 1);
    }
}

#[tokio::test]
async fn two_new_ones_speak_the_new_version() {
    let world = World::new(&["a", "b"]);
    let mut a = world.start_as("a", world.certificate("a"), speaks(1..=2)).await;
    let mut b = world.start_as("b", world.certificate("b"), speaks(1..=2)).await;
    connect(&mut a, &mut b).await;
    let to = b.key;
    let (answer, _) = tokio::join!(a.ask(to, Protocol::Message), b.answer_one());
    assert_eq!(answer.unwrap().version, 2);
}

#[tokio::test]
async fn versions_too_far_apart_are_told_to_both() {
    let world = World::new(&["old", "new"]);
    let mut old = world.start_as("old", world.certificate("old"), speaks(1..=1)).await;
    let new = world.start_as("new", world.certificate("new"), speaks(2..=3)).await;
    let expected = Refusal::Version { ours: 2..=3, theirs: 1..=1 };
    assert_eq!(new.handle.probe(old.address.clone()).await, Err(ProbeError::Refused(expected)));
    assert_eq!(old.refused().await, Refusal::Version { ours: 1..=1, theirs: 2..=3 });
}
