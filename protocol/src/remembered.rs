//! For the simulator only (feature `remembered`, and only on threads that ask for it): what a signature came to is computed once. Signing and
//! verifying are functions of their arguments, so that a play is the same with and without; but a hundred nodes in one process verify
//! the same announcement, and every seed is played twice. Without the feature each function here just computes.

use super::sign::SignatureError;

#[cfg(feature = "remembered")]
mod kept {
    use std::{
        cell::RefCell,
        collections::HashMap,
        hash::{BuildHasher as _, RandomState},
    };

    use super::SignatureError;

    /// Results kept of each kind; with one more all are forgotten.
    const MOST: usize = 1 << 18;

    /// 128 bits that stand for any number of bytes, drawn anew in every process.
    type Mark = (u64, u64);

    pub(super) struct Kept<T> {
        hashers: (RandomState, RandomState),
        results: HashMap<Mark, T>,
    }

    impl<T> Default for Kept<T> {
        fn default() -> Self {
            Self { hashers: Default::default(), results: HashMap::new() }
        }
    }

    impl<T: Clone> Kept<T> {
        /// Returns the result for `of`, computed at most once.
        pub(super) fn get(&mut self, of: &[&[u8]], compute: impl FnOnce() -> T) -> T {
            let mark = (self.hashers.0.hash_one(of), self.hashers.1.hash_one(of));
            if self.results.len() >= MOST {
                self.results.clear();
            }
            self.results.entry(mark).or_insert_with(compute).clone()
        }
    }

    /// What a thread remembers.
    #[derive(Default)]
    pub(super) struct Memory {
        pub points: Kept<Result<[u8; 32], SignatureError>>,
        pub verdicts: Kept<Result<(), SignatureError>>,
        pub signatures: Kept<[u8; 64]>,
    }

    thread_local! {
        static MEMORY: RefCell<Option<Memory>> = const { RefCell::new(None) };
    }

    pub(super) fn begin() {
        MEMORY.with_borrow_mut(|memory| {
            memory.get_or_insert_default();
        });
    }

    pub(super) fn get<T: Clone>(which: impl FnOnce(&mut Memory) -> &mut Kept<T>, of: &[&[u8]], compute: impl FnOnce() -> T) -> T {
        MEMORY.with_borrow_mut(|memory| match memory {
            Some(memory) => which(memory).get(of, compute),
            None => compute(),
        })
    }
}

/// From now on this thread remembers what signatures came to.
#[cfg(feature = "remembered")]
pub fn begin() {
    kept::begin();
}

/// Returns what reading the key in `bytes` came to.
pub(crate) fn point(bytes: &[u8], compute: impl FnOnce() -> Result<[u8; 32], SignatureError>) -> Result<[u8; 32], SignatureError> {
    #[cfg(feature = "remembered")]
    return kept::get(|memory| &mut memory.points, &[bytes], compute);
    #[cfg(not(feature = "remembered"))]
    return {
        let _ = bytes;
        compute()
    };
}

/// Returns what verifying came to.
pub(crate) fn verdict(key: &[u8; 32], message: &[u8], signature: &[u8], compute: impl FnOnce() -> Result<(), SignatureError>) -> Result<(), SignatureError> {
    #[cfg(feature = "remembered")]
    return kept::get(|memory| &mut memory.verdicts, &[key, message, signature], compute);
    #[cfg(not(feature = "remembered"))]
    return {
        let _ = (key, message, signature);
        compute()
    };
}

/// Returns the signature of the key with this public half.
pub(crate) fn signature(public: &[u8; 32], message: &[u8], compute: impl FnOnce() -> [u8; 64]) -> [u8; 64] {
    #[cfg(feature = "remembered")]
    return kept::get(|memory| &mut memory.signatures, &[public, message], compute);
    #[cfg(not(feature = "remembered"))]
    return {
        let _ = (public, message);
        compute()
    };
}
