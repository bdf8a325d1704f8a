//! What takes a processor or the disk for longer than a page may: a bounded number at once, on threads that may wait. Whoever comes meanwhile waits
//! for a place, and pages that need none wait for nobody.

use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::{guard::Context, page::PageError};

/// Passwords hashed and PDFs written at once: each takes a processor for some tens of milliseconds, a password 19 MiB as well.
const COMPUTED_AT_ONCE: usize = 2;
/// Files taken in at once: each takes a thread for as long as its network needs, and some hundred kilobytes.
const TAKEN_AT_ONCE: usize = 16;

/// The places of one site.
pub struct Pool {
    computing: Arc<Semaphore>,
    taking: Semaphore,
}

impl Default for Pool {
    fn default() -> Self {
        Self { computing: Arc::new(Semaphore::new(COMPUTED_AT_ONCE)), taking: Semaphore::new(TAKEN_AT_ONCE) }
    }
}

impl Pool {
    /// Runs `work` once there is a place for it. The answer to this request is not among those whose time is watched.
    ///
    /// # Errors
    /// [`PageError::Unavailable`] if the node is stopping, or `work` broke off.
    pub async fn compute<T: Send + 'static>(&self, context: &Context, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PageError> {
        context.takes_long();
        self.in_turn(work).await
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PageError> {
        let place = self.computing.clone().acquire_owned().await.map_err(|_| PageError::Unavailable)?;
        // The place goes with the work: it is taken for as long as the work lasts, also if nobody waits for it any more.
        let placed = move || {
            let _place = place;
            work()
        };
        tokio::task::spawn_blocking(placed).await.map_err(|_| PageError::Unavailable)
    }

    /// Returns a place for taking a file in, once there is one. The answer to this request is not among those whose time is watched.
    ///
    /// # Errors
    /// [`PageError::Unavailable`] if the node is stopping.
    pub async fn take_in(&self, context: &Context) -> Result<SemaphorePermit<'_>, PageError> {
        context.takes_long();
        self.taking.acquire().await.map_err(|_| PageError::Unavailable)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{
        future::Future,
        pin::{Pin, pin},
        sync::mpsc::{Receiver, Sender, channel},
        task::{Context as Waker, Poll},
    };

    use super::*;

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Waker::from_waker(std::task::Waker::noop()))
    }

    /// Work that says when it has begun, and ends when it is told to.
    fn work() -> (impl FnOnce() + Send + 'static, Receiver<()>, Sender<()>) {
        let ((begin, begun), (end, ended)) = (channel(), channel::<()>());
        let work = move || {
            begin.send(()).unwrap();
            let _ = ended.recv();
        };
        (work, begun, end)
    }

    #[tokio::test]
    async fn whoever_comes_meanwhile_waits_for_a_place() {
        let pool = Pool::default();
        let ((one, one_begun, one_ends), (two, two_begun, two_ends), (three, three_begun, three_ends)) = (work(), work(), work());
        let (mut one, mut two, mut three) = (pin!(pool.in_turn(one)), pin!(pool.in_turn(two)), pin!(pool.in_turn(three)));
        assert!(poll(one.as_mut()).is_pending() && poll(two.as_mut()).is_pending() && poll(three.as_mut()).is_pending());
        one_begun.recv().unwrap();
        two_begun.recv().unwrap();
        assert_eq!((pool.computing.available_permits(), three_begun.try_recv().is_err()), (0, true));
        drop(one_ends);
        one.await.unwrap();
        drop((two_ends, three_ends));
        three.await.unwrap();
        three_begun.recv().unwrap();
        two.await.unwrap();
    }
    #[tokio::test]
    async fn a_place_is_taken_for_as_long_as_its_work_lasts() {
        let pool = Pool::default();
        let (work, begun, ends) = work();
        {
            let mut gone = pin!(pool.in_turn(work));
            assert!(poll(gone.as_mut()).is_pending());
            begun.recv().unwrap();
        }
        assert_eq!(pool.computing.available_permits(), COMPUTED_AT_ONCE - 1, "whoever asked has gone, the work has not");
        drop(ends);
    }
}
