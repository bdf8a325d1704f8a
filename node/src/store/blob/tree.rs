//! The hash tree of one ciphertext: BLAKE3 in groups of one range, so that each range is proved by a few hash pairs.
//!
//! The root is the plain BLAKE3 hash of the ciphertext. Geometry is `bao-tree`'s, the layout its pre-order outboard; the
//! two walks here work on the caller's buffers, so a range of 1 MiB is neither copied nor allocated for.

use std::{fs::File, io, os::unix::fs::FileExt as _};

use bao_tree::{BaoTree, BlockSize, ChunkNum, ChunkRanges, TreeNode, iter::BaoChunk};
use blake3::hazmat::{HasherExt as _, Mode, merge_subtrees_non_root, merge_subtrees_root};
use verbund_protocol::{document::segment, id::DocumentRoot, limits::DOCUMENT_RANGE};

use super::BlobError;

/// Chunks of 1 KiB in one range, as a power of two.
const GROUP: BlockSize = BlockSize::from_chunk_log(10);
const _: () = assert!(DOCUMENT_RANGE == 1024 << 10);
/// Bytes of a pair of child hashes.
const PAIR: usize = 64;

type Hash = [u8; 32];

fn parent(left: &Hash, right: &Hash, is_root: bool) -> Hash {
    if is_root { *merge_subtrees_root(left, right, Mode::Hash).as_bytes() } else { merge_subtrees_non_root(left, right, Mode::Hash) }
}

fn leaf(start: ChunkNum, bytes: &[u8], is_root: bool) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.set_input_offset(start.to_bytes()).update(bytes);
    if is_root { *hasher.finalize().as_bytes() } else { hasher.finalize_non_root() }
}

fn halves(pair: &[u8; PAIR]) -> (Hash, Hash) {
    let (mut left, mut right) = ([0; 32], [0; 32]);
    left.copy_from_slice(&pair[..32]);
    right.copy_from_slice(&pair[32..]);
    (left, right)
}

/// Where things lie in a tree over a ciphertext of a given size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape(BaoTree);

impl Shape {
    pub(super) fn new(cipher_size: u64) -> Self {
        Self(BaoTree::new(cipher_size, GROUP))
    }
    /// Returns how many bytes of hash pairs follow the ciphertext in a file.
    pub(super) fn tree_size(self) -> u64 {
        self.0.outboard_size()
    }
    pub(super) fn cipher_size(self) -> u64 {
        self.0.size()
    }
    /// Calls `step` for each node from the root down to the range at `offset`, then for the range itself.
    fn walk<E>(self, offset: u64, mut step: impl FnMut(BaoChunk<()>) -> Result<(), E>) -> Result<(), E> {
        let first = ChunkNum::full_chunks(offset);
        let ranges = ChunkRanges::from(first..first + (DOCUMENT_RANGE as u64 >> 10));
        let ranges = bao_tree::io::sync::truncate_ranges(&ranges, self.0.size());
        for item in self.0.ranges_pre_order_chunks_iter_ref(ranges, 0) {
            step(item.without_ranges())?;
        }
        Ok(())
    }
    /// Returns where a node's pair lies behind the ciphertext.
    fn place(self, node: TreeNode) -> Result<u64, BlobError> {
        self.0.pre_order_offset(node).map(|index| index * PAIR as u64).ok_or(BlobError::Range)
    }
}

/// The whole tree of one ciphertext, in memory: 64 KiB for a document of 1 GiB.
#[derive(Debug)]
pub struct Tree {
    shape: Shape,
    root: DocumentRoot,
    pairs: Vec<u8>,
}

impl Tree {
    /// Returns the root, which names the document.
    pub fn root(&self) -> DocumentRoot {
        self.root
    }
    pub(super) fn pairs(&self) -> &[u8] {
        &self.pairs
    }
    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    /// Reads the tree that lies behind the ciphertext in `file`. It is not verified here: a peer verifies every range, and
    /// [`Tree::proves`] what one's own disk gave back.
    pub(super) fn read(file: &File, root: DocumentRoot, cipher_size: u64) -> Result<Self, BlobError> {
        let shape = Shape::new(cipher_size);
        let mut pairs = vec![0; shape.tree_size() as usize];
        file.read_exact_at(&mut pairs, cipher_size).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => BlobError::Damaged,
            _ => BlobError::disk("read a document")(error),
        })?;
        Ok(Self { shape, root, pairs })
    }

    fn pair(&self, node: TreeNode) -> Result<&[u8; PAIR], BlobError> {
        let at = self.shape.place(node)? as usize;
        self.pairs.get(at..at + PAIR).and_then(|pair| pair.first_chunk()).ok_or(BlobError::Damaged)
    }

    /// Returns how many bytes [`Tree::encode`] needs for the range at `offset`.
    pub(super) fn encoded_len(&self, offset: u64) -> Result<usize, BlobError> {
        segment::range_len(self.shape.cipher_size(), offset).ok_or(BlobError::Range)?;
        let mut length = 0;
        self.shape.walk(offset, |item| {
            length += match item {
                BaoChunk::Parent { .. } => PAIR,
                BaoChunk::Leaf { size, .. } => size,
            };
            Ok::<_, BlobError>(())
        })?;
        Ok(length)
    }

    /// Fills `out`, which has exactly [`Tree::encoded_len`] bytes: the pairs that prove the range at `offset`, then its bytes,
    /// read from `file`.
    pub(super) fn encode(&self, file: &File, offset: u64, out: &mut [u8]) -> Result<(), BlobError> {
        let mut at = 0;
        let mut place = |size: usize| {
            let from = at;
            at += size;
            from..at
        };
        self.shape.walk(offset, |item| match item {
            BaoChunk::Parent { node, .. } => {
                out.get_mut(place(PAIR)).ok_or(BlobError::Range)?.copy_from_slice(self.pair(node)?);
                Ok(())
            }
            BaoChunk::Leaf { start_chunk, size, .. } => {
                let bytes = out.get_mut(place(size)).ok_or(BlobError::Range)?;
                file.read_exact_at(bytes, start_chunk.to_bytes()).map_err(|error| match error.kind() {
                    io::ErrorKind::UnexpectedEof => BlobError::Damaged,
                    _ => BlobError::disk("read a document")(error),
                })
            }
        })
    }

    /// Returns whether this tree and `file` together hold the range at `offset` as the root demands. `buffer` is for reuse.
    pub(super) fn proves(&self, file: &File, offset: u64, buffer: &mut Vec<u8>) -> Result<bool, BlobError> {
        // The hashes first: where they are not there yet, a megabyte need not be read.
        let mut expected = vec![self.root.0];
        let mut hashes_hold = true;
        self.shape.walk(offset, |item| {
            if let BaoChunk::Parent { node, is_root, left, right, .. } = item {
                hashes_hold = hashes_hold && descend(&mut expected, self.pair(node)?, is_root, left, right);
            }
            Ok::<_, BlobError>(())
        })?;
        if !hashes_hold {
            return Ok(false);
        }
        buffer.resize(self.encoded_len(offset)?, 0);
        self.encode(file, offset, buffer)?;
        Ok(verify(self.shape, self.root, offset, buffer).is_ok())
    }
}

/// Takes the hash expected of a parent, compares it with its pair, and leaves those expected of the children that follow.
fn descend(expected: &mut Vec<Hash>, pair: &[u8; PAIR], is_root: bool, left: bool, right: bool) -> bool {
    let (l, r) = halves(pair);
    let holds = expected.pop() == Some(parent(&l, &r, is_root));
    if right {
        expected.push(r);
    }
    if left {
        expected.push(l);
    }
    holds
}

/// A range whose every byte was proved against the root.
pub(super) struct Verified<'b> {
    /// The range's bytes of ciphertext.
    pub(super) bytes: &'b [u8],
    /// The pairs on the way to it and where each lies behind the ciphertext.
    pub(super) pairs: Vec<(u64, &'b [u8; PAIR])>,
}

/// Verifies a received range. Nothing is returned unless all of it holds and nothing follows it.
pub(super) fn verify(shape: Shape, root: DocumentRoot, offset: u64, encoded: &[u8]) -> Result<Verified<'_>, BlobError> {
    segment::range_len(shape.cipher_size(), offset).ok_or(BlobError::Range)?;
    let mut rest = encoded;
    let mut expected = vec![root.0];
    let mut verified = Verified { bytes: &[], pairs: Vec::new() };
    shape.walk(offset, |item| {
        match item {
            BaoChunk::Parent { node, is_root, left, right, .. } => {
                let (pair, after) = rest.split_first_chunk::<PAIR>().ok_or(BlobError::Unverified)?;
                if !descend(&mut expected, pair, is_root, left, right) {
                    return Err(BlobError::Unverified);
                }
                verified.pairs.push((shape.place(node)?, pair));
                rest = after;
            }
            BaoChunk::Leaf { start_chunk, size, is_root, .. } => {
                let (bytes, after) = rest.split_at_checked(size).ok_or(BlobError::Unverified)?;
                if expected.pop() != Some(leaf(start_chunk, bytes, is_root)) {
                    return Err(BlobError::Unverified);
                }
                verified.bytes = bytes;
                rest = after;
            }
        }
        Ok(())
    })?;
    if rest.is_empty() && expected.is_empty() { Ok(verified) } else { Err(BlobError::Unverified) }
}

/// Hashes a ciphertext while it is written; keeps 32 bytes for each MiB.
pub(super) struct TreeBuilder {
    group: blake3::Hasher,
    filled: usize,
    done: Vec<Hash>,
}

impl TreeBuilder {
    pub(super) fn new() -> Self {
        Self { group: blake3::Hasher::new(), filled: 0, done: Vec::new() }
    }

    pub(super) fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            // A full group is closed only when more follows: whether it is the root depends on that.
            if self.filled == DOCUMENT_RANGE {
                self.done.push(self.group.finalize_non_root());
                self.group = blake3::Hasher::new();
                self.group.set_input_offset(self.done.len() as u64 * DOCUMENT_RANGE as u64);
                self.filled = 0;
            }
            let (now, later) = bytes.split_at(bytes.len().min(DOCUMENT_RANGE - self.filled));
            self.group.update(now);
            self.filled += now.len();
            bytes = later;
        }
    }

    pub(super) fn finish(mut self) -> Result<Tree, BlobError> {
        let cipher_size = self.done.len() as u64 * DOCUMENT_RANGE as u64 + self.filled as u64;
        let shape = Shape::new(cipher_size);
        if self.done.is_empty() {
            return Ok(Tree { shape, root: DocumentRoot(*self.group.finalize().as_bytes()), pairs: Vec::new() });
        }
        self.done.push(self.group.finalize_non_root());
        let mut pairs = vec![0; shape.tree_size() as usize];
        let mut leaves = self.done.into_iter();
        let mut open: Vec<Hash> = Vec::new();
        for item in shape.0.post_order_chunks_iter() {
            let hash = match item {
                BaoChunk::Leaf { .. } => leaves.next(),
                BaoChunk::Parent { node, is_root, .. } => {
                    let (right, left) = (open.pop(), open.pop());
                    left.zip(right).map(|(left, right)| {
                        let at = shape.place(node).map(|at| at as usize).unwrap_or(usize::MAX);
                        if let Some(place) = pairs.get_mut(at..at.saturating_add(PAIR)) {
                            place[..32].copy_from_slice(&left);
                            place[32..].copy_from_slice(&right);
                        }
                        parent(&left, &right, is_root)
                    })
                }
            };
            open.push(hash.ok_or(BlobError::Damaged)?);
        }
        let root = open.pop().ok_or(BlobError::Damaged)?;
        Ok(Tree { shape, root: DocumentRoot(root), pairs })
    }
}
