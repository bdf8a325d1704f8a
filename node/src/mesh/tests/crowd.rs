//! A network of many nodes holds together by a few links each.

use std::collections::HashSet;

use futures::future::join_all;

use super::{
    super::{Command, Event, Tuning, Verdict},
    world::{Node, World},
};

const NODES: usize = 24;

/// Waits until so many peers are up.
async fn linked(node: &mut Node, links: usize) {
    let mut up = HashSet::new();
    while up.len() < links {
        up.insert(node.until(|event| if let Event::Up { peer, .. } = event { Some(peer) } else { None }).await);
    }
}

/// Waits for an announcement and passes on every one that comes.
async fn hears(node: &mut Node, word: &str) {
    node.until(|event| match event {
        Event::Gossip { bytes, ticket, .. } => {
            ticket.judge(Verdict::Accept);
            (bytes == word).then_some(())
        }
        _ => None,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_hears_everyone_over_a_few_links() {
    let names: Vec<String> = (0..NODES).map(|n| format!("clinic-{n}")).collect();
    let world = World::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut nodes = Vec::new();
    for name in &names {
        nodes.push(world.start_as(name, world.certificate(name), |config| config.tuning = Tuning::default()).await);
    }
    for node in &nodes {
        for other in nodes.iter().filter(|other| other.key != node.key) {
            node.knows(other).await;
        }
    }
    let own = Tuning::default().standing_links;
    join_all(nodes.iter_mut().map(|node| linked(node, own))).await;
    for node in &nodes {
        let up = node.handle.peers().await.iter().filter(|peer| peer.link.is_some()).count();
        assert!((own..=4 * own).contains(&up), "{up} links are not a few");
    }
    // From three places, since a message could by luck start next to everyone.
    for (place, word) in [(0, "first"), (NODES / 2, "second"), (NODES - 1, "third")] {
        nodes[place].handle.send(Command::Announce(word.into())).await.unwrap();
        join_all(nodes.iter_mut().enumerate().filter(|(at, _)| *at != place).map(|(_, node)| hears(node, word))).await;
    }
}
