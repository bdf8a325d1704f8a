//! Which peers a node keeps a standing link to: few, and yet the network holds together.
//!
//! All nodes stand on a ring in the order of their keys' hashes. Each dials its successor, so that the links alone connect
//! everybody, and others at growing distances, so that news crosses the ring in few steps. Every node computes this from the
//! member list, and as many links as it opens lead to it.

use std::collections::HashSet;

use verbund_protocol::{id::Digest, sign::PublicKey};

/// The nodes of the member list in ring order.
#[derive(Clone, Debug, Default)]
pub(super) struct Ring(Vec<(Digest, PublicKey)>);

impl Ring {
    pub fn new(nodes: impl IntoIterator<Item = PublicKey>) -> Self {
        // Keys are chosen by their owners; hashing makes it harder to pick a place next to a victim.
        let mut places: Vec<_> = nodes.into_iter().map(|key| (Digest::of(key.as_bytes()), key)).collect();
        places.sort();
        places.dedup();
        Self(places)
    }

    /// Returns whom `me` dials: up to `count` peers, passing over those that `skip` names. The last one is chosen by `chance`,
    /// so that the graph is not the same for ever and no one can plan around it.
    pub fn choose(&self, me: &PublicKey, count: usize, chance: u64, skip: impl Fn(&PublicKey) -> bool) -> Vec<PublicKey> {
        let others = self.others(me);
        let mut chosen: Vec<PublicKey> = Vec::with_capacity(count);
        let mut taken = HashSet::new();
        for offset in distances(others.len(), count, chance) {
            let candidates = (0..others.len()).map(|step| others[(offset + step) % others.len()]);
            if let Some(peer) = candidates.into_iter().find(|peer| !skip(peer) && !taken.contains(peer)) {
                taken.insert(peer);
                chosen.push(peer);
            }
        }
        chosen
    }

    /// The other nodes, beginning with the successor of `me`.
    fn others(&self, me: &PublicKey) -> Vec<PublicKey> {
        let place = (Digest::of(me.as_bytes()), *me);
        let start = self.0.partition_point(|other| *other <= place);
        let (before, after) = self.0.split_at(start);
        after.iter().chain(before).map(|(_, key)| *key).filter(|key| key != me).collect()
    }
}

/// Distances on a ring of `others`, from the successor (0) on: geometric, and one by chance.
fn distances(others: usize, count: usize, chance: u64) -> Vec<usize> {
    if others <= count {
        return (0..others).collect();
    }
    let fixed = count.saturating_sub(1).max(1);
    let step = |i: usize| (others as f64).powf(i as f64 / fixed as f64) as usize;
    let by_chance = usize::try_from(chance % others as u64).unwrap_or(0);
    (0..fixed).map(|i| step(i).saturating_sub(1)).chain([by_chance]).take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, VecDeque};
    use verbund_protocol::sign::SecretKey;

    fn keys(count: u32) -> Vec<PublicKey> {
        let seed = |n: u32| {
            let mut seed = [9; 32];
            seed[..4].copy_from_slice(&n.to_be_bytes());
            seed
        };
        (0..count).map(|n| SecretKey::from_seed(&seed(n)).public()).collect()
    }

    /// Steps from the first node to the farthest over the links, which carry both ways; nothing if some are out of reach.
    fn farthest(nodes: &[PublicKey], links: &BTreeMap<PublicKey, Vec<PublicKey>>) -> Option<usize> {
        let mut steps = BTreeMap::from([(nodes[0], 0)]);
        let mut queue = VecDeque::from([nodes[0]]);
        while let Some(at) = queue.pop_front() {
            let next = steps[&at] + 1;
            let neighbours = links.iter().flat_map(|(from, to)| to.iter().map(move |to| (*from, *to)));
            for (from, to) in neighbours {
                let other = if from == at {
                    to
                } else if to == at {
                    from
                } else {
                    continue;
                };
                steps.entry(other).or_insert_with(|| {
                    queue.push_back(other);
                    next
                });
            }
        }
        (steps.len() == nodes.len()).then(|| steps.values().copied().max().unwrap_or(0))
    }

    fn graph(nodes: &[PublicKey], skip: impl Fn(&PublicKey) -> bool) -> BTreeMap<PublicKey, Vec<PublicKey>> {
        let ring = Ring::new(nodes.iter().copied());
        let present = nodes.iter().filter(|node| !skip(node));
        present.map(|me| (*me, ring.choose(me, 5, u64::from(me.as_bytes()[0]), &skip))).collect()
    }

    #[test]
    fn the_graph_is_connected_at_every_size_and_crossed_in_few_steps() {
        for size in [2, 3, 6, 7, 12, 40, 110] {
            let nodes = keys(size);
            let links = graph(&nodes, |_| false);
            let steps = farthest(&nodes, &links);
            assert!(steps.is_some_and(|steps| steps <= 5), "{size} nodes: {steps:?}");
            assert!(links.iter().all(|(me, peers)| !peers.contains(me) && peers.len() == 5.min(size as usize - 1)));
        }
    }

    #[test]
    fn no_node_is_crowded() {
        let nodes = keys(110);
        let links = graph(&nodes, |_| false);
        let degree = |me: &PublicKey| links[me].len() + links.values().filter(|peers| peers.contains(me)).count();
        assert!(nodes.iter().all(|node| (6..=16).contains(&degree(node))));
    }

    #[test]
    fn with_a_third_unreachable_the_rest_stay_connected() {
        let nodes = keys(60);
        let gone: HashSet<_> = nodes.iter().step_by(3).copied().collect();
        let links = graph(&nodes, |node| gone.contains(node));
        let left: Vec<_> = nodes.iter().filter(|node| !gone.contains(node)).copied().collect();
        assert!(farthest(&left, &links).is_some());
        assert!(links.values().flatten().all(|peer| !gone.contains(peer)));
    }
}
