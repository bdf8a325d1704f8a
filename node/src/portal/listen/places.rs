//! Who may hold a site's connections, and for how long: nobody all of them, and nobody without asking for something.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::body::Body;
use hyper::body::{Bytes, Frame, SizeHint};
use tokio::sync::watch;

/// The connections of each address, up to a share that is the same for all. A whole ward may stand behind one address.
#[derive(Debug)]
pub(super) struct Shares {
    most: usize,
    /// Those who speak for others and may have more: the site's proxies.
    trusted: Vec<IpAddr>,
    held: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection that counts for its address until this is dropped.
#[derive(Debug)]
pub(super) struct Share {
    shares: Arc<Shares>,
    of: Option<IpAddr>,
}

impl Shares {
    pub(super) fn new(most: usize, trusted: &[IpAddr]) -> Arc<Self> {
        Arc::new(Self { most, trusted: trusted.iter().map(IpAddr::to_canonical).collect(), held: Mutex::default() })
    }

    /// Returns a place for somebody who comes from there; nothing if they have their share already.
    pub(super) fn enter(self: &Arc<Self>, from: IpAddr) -> Option<Share> {
        let from = from.to_canonical();
        if self.trusted.contains(&from) {
            return Some(Share { shares: self.clone(), of: None });
        }
        let whose = whose(from);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(whose).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Share { shares: self.clone(), of: Some(whose) })
    }
}

/// Of the sixth version whoever has one address has 2⁶⁴ of them.
fn whose(from: IpAddr) -> IpAddr {
    match from {
        IpAddr::V4(_) => from,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let Some(of) = self.of else { return };
        let mut held = self.shares.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.get_mut(&of) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(held.remove(&of)),
        }
    }
}

/// What is asked for over one connection.
#[derive(Clone, Debug)]
pub(super) struct Uses(watch::Sender<Seen>);

/// Requests that go on, and those that ever came.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    running: usize,
    begun: u64,
}

impl Uses {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(Seen::default()))
    }

    /// Notes a request, until what is returned is dropped: with its answer's last byte.
    pub(super) fn begin(&self) -> Use {
        self.0.send_modify(|seen| *seen = Seen { running: seen.running + 1, begun: seen.begun + 1 });
        Use(self.clone())
    }

    /// Returns once nothing has been asked for, and nothing was still being answered, for so long.
    pub(super) async fn idle(&self, limit: Duration) {
        let mut seen = self.0.subscribe();
        loop {
            let Ok(begun) = seen.wait_for(|seen| seen.running == 0).await.map(|seen| seen.begun) else { return };
            if tokio::time::timeout(limit, seen.wait_for(|seen| seen.begun != begun)).await.is_err() {
                return;
            }
        }
    }
}

/// A request that goes on.
#[derive(Debug)]
pub(super) struct Use(Uses);

impl Drop for Use {
    fn drop(&mut self) {
        self.0.0.send_modify(|seen| seen.running -= 1);
    }
}

/// An answer that counts as going on until it is sent or given up.
pub(super) struct InUse {
    body: Body,
    _held: Use,
}

impl InUse {
    pub(super) fn new(body: Body, held: Use) -> Self {
        Self { body, _held: held }
    }
}

impl hyper::body::Body for InUse {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        hyper::body::Body::poll_frame(Pin::new(&mut self.body), context)
    }
    fn is_end_stream(&self) -> bool {
        hyper::body::Body::is_end_stream(&self.body)
    }
    fn size_hint(&self) -> SizeHint {
        hyper::body::Body::size_hint(&self.body)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn nobody_takes_all_places_but_the_proxy() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let shares = Shares::new(2, &[address("10.0.0.1")]);
        let ward = [shares.enter(address("203.0.113.9")), shares.enter(address("::ffff:203.0.113.9"))];
        assert!(ward.iter().all(Option::is_some));
        assert!(shares.enter(address("203.0.113.9")).is_none(), "its share is taken");
        let home: Vec<_> = ["2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:0:9::1"].map(|text| shares.enter(address(text))).into_iter().collect();
        assert_eq!(home.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, false], "one network of the sixth version is one");
        assert!(shares.enter(address("2001:db8:0:1::1")).is_some() && shares.enter(address("203.0.113.10")).is_some(), "others come in");
        let proxy: Vec<_> = (0..9).map(|_| shares.enter(address("10.0.0.1")).unwrap()).collect();
        drop((ward, proxy));
        assert!(shares.enter(address("203.0.113.9")).is_some(), "what was given back is free");
        drop(home);
        assert!(shares.held.lock().unwrap().is_empty(), "nothing is kept of who has gone");
    }

    /// Returns whether a connection is given up at once if nothing may be idle.
    async fn ends(uses: &Uses) -> bool {
        tokio::select! {
            biased;
            () = uses.idle(Duration::ZERO) => true,
            () = async { for _ in 0..9 { tokio::task::yield_now().await } } => false,
        }
    }

    #[tokio::test]
    async fn a_connection_is_idle_while_nothing_is_asked_for() {
        let uses = Uses::new();
        let long = uses.begin();
        assert!(!ends(&uses).await, "an answer goes on");
        let short = uses.begin();
        drop(long);
        assert!(!ends(&uses).await, "another does");
        drop(short);
        tokio::time::timeout(Duration::from_secs(60), uses.idle(Duration::ZERO)).await.unwrap();
        let answer = InUse::new(Body::from("text"), uses.begin());
        assert_eq!(hyper::body::Body::size_hint(&answer).exact(), Some(4));
        assert!(!ends(&uses).await, "it counts until its last byte");
        drop(answer);
        tokio::time::timeout(Duration::from_secs(60), uses.idle(Duration::ZERO)).await.unwrap();
    }
}
