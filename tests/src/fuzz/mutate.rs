//! How inputs are changed: bytes, pieces, lengths, and pieces of others.

use crate::simulator::Random;

/// Values at which readers like to go wrong: borders of integers, and heads of CBOR items of every kind and length.
const TELLING: [u8; 24] = [0, 1, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x20, 0x3b, 0x40, 0x5b, 0x5f, 0x60, 0x7b, 0x7f, 0x80, 0x9b, 0x9f, 0xa0, 0xbb, 0xbf, 0xf6, 0xfb, 0xff];
/// Words of texts that are read.
const WORDS: [&str; 16] = ["\"", "{", "}", "[", "]", ",", ":", "null", "-1", "1e999", "18446744073709551616", "\n", "\\u0000", "\u{fffd}", "ß", "/"];

/// Returns an input of the pool, changed in one to six ways, at most `longest` bytes long.
pub(super) fn mutated(pool: &[Vec<u8>], random: &mut Random, longest: usize) -> Vec<u8> {
    let empty = Vec::new();
    // The newest went in ways that the others did not, so they are taken more often.
    let base = match pool.len() {
        0 => &empty,
        all if random.chance(300) => &pool[all - 1 - random.below((all as u64).min(8)) as usize],
        _ => random.pick(pool),
    };
    let mut bytes = base.clone();
    for _ in 0..=random.below(6) {
        change(&mut bytes, pool, random);
    }
    bytes.truncate(longest);
    bytes
}

fn change(bytes: &mut Vec<u8>, pool: &[Vec<u8>], random: &mut Random) {
    let at = random.below(bytes.len() as u64 + 1) as usize;
    let here = (at < bytes.len()).then_some(at);
    match (random.below(10), here) {
        (0, Some(at)) => bytes[at] ^= 1 << random.below(8),
        (1, Some(at)) => bytes[at] = random.bits() as u8,
        (2, Some(at)) => bytes[at] = *random.pick(&TELLING),
        (3, Some(at)) => bytes[at] = bytes[at].wrapping_add(random.below(9) as u8).wrapping_sub(4),
        (4, Some(at)) => drop(bytes.drain(at..(at + 1 + random.below(8) as usize).min(bytes.len()))),
        (5, _) => insert(bytes, at, &[*random.pick(&TELLING)]),
        (6, Some(at)) => {
            let piece = bytes[at..(at + 1 + random.below(32) as usize).min(bytes.len())].to_vec();
            let to = random.below(bytes.len() as u64 + 1) as usize;
            insert(bytes, to, &piece);
        }
        (7, _) if !pool.is_empty() => {
            let other = random.pick(pool);
            let from = random.below(other.len() as u64 + 1) as usize;
            let to = (from + random.below(64) as usize).min(other.len());
            insert(bytes, at, &other[from..to]);
        }
        (8, _) if random.chance(300) => bytes.truncate(at),
        (8, _) => insert(bytes, at, random.pick(&WORDS).as_bytes()),
        _ => {
            let number = random.bits() >> random.below(64);
            insert(bytes, at, &number.to_be_bytes()[random.below(8) as usize..]);
        }
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}
