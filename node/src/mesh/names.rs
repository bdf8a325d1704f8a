//! DNS names as addresses, resolved by the operating system, so that `/etc/hosts` and the hospital's own resolver count.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use super::refusal::Refusal;
use futures::{FutureExt as _, future::BoxFuture};
use libp2p::{
    Multiaddr,
    core::transport::{DialOpts, ListenerId, Transport, TransportError, TransportEvent},
    multiaddr::Protocol,
};

/// Most addresses of one name that are tried.
const MAX_RESOLVED: usize = 8;

/// A transport that understands names in addresses and leaves the rest to `T`.
pub(super) struct Named<T> {
    inner: Arc<Mutex<T>>,
    patience: Duration,
}

impl<T> Named<T> {
    /// A dial may take as long as `patience`: a port behind a silent firewall would otherwise keep it open for two minutes.
    pub fn new(inner: T, patience: Duration) -> Self {
        Self { inner: Arc::new(Mutex::new(inner)), patience }
    }

    fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> R {
        act(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Which addresses of a name are wanted.
#[derive(Clone, Copy)]
enum Family {
    Any,
    V4,
    V6,
}

impl Family {
    fn fits(self, ip: &IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => ip.is_ipv4(),
            Self::V6 => ip.is_ipv6(),
        }
    }
}

/// Splits `/dns…/<name>/tcp/<port>` (a peer id behind it is the swarm's affair).
fn name_and_port(address: &Multiaddr) -> Option<(Family, String, u16)> {
    let mut parts = address.iter();
    let (family, name) = match parts.next()? {
        Protocol::Dns(name) => (Family::Any, name),
        Protocol::Dns4(name) => (Family::V4, name),
        Protocol::Dns6(name) => (Family::V6, name),
        _ => return None,
    };
    let Protocol::Tcp(port) = parts.next()? else { return None };
    match parts.next() {
        None | Some(Protocol::P2p(_)) => Some((family, name.into_owned(), port)),
        Some(_) => None,
    }
}

async fn resolve(family: Family, name: &str, port: u16) -> io::Result<Vec<Multiaddr>> {
    let found = tokio::net::lookup_host((name, port)).await.map_err(|error| Refusal::Network(format!("the name {name} cannot be resolved: {error}")))?;
    let addresses: Vec<_> = found.filter(|address| family.fits(&address.ip())).take(MAX_RESOLVED).map(as_multiaddr).collect();
    if addresses.is_empty() { Err(Refusal::Network(format!("the name {name} has no address of the wanted kind")).into()) } else { Ok(addresses) }
}

fn as_multiaddr(address: SocketAddr) -> Multiaddr {
    Multiaddr::from(address.ip()).with(Protocol::Tcp(address.port()))
}

impl<T> Transport for Named<T>
where
    T: Transport<Error = io::Error> + Send + Unpin + 'static,
    T::Dial: Send,
{
    type Output = T::Output;
    type Error = io::Error;
    type ListenerUpgrade = T::ListenerUpgrade;
    type Dial = BoxFuture<'static, io::Result<T::Output>>;

    fn listen_on(&mut self, id: ListenerId, address: Multiaddr) -> Result<(), TransportError<io::Error>> {
        self.with(|inner| inner.listen_on(id, address))
    }

    fn remove_listener(&mut self, id: ListenerId) -> bool {
        self.with(|inner| inner.remove_listener(id))
    }

    fn dial(&mut self, address: Multiaddr, options: DialOpts) -> Result<Self::Dial, TransportError<io::Error>> {
        let Some((family, name, port)) = name_and_port(&address) else {
            return self.with(|inner| inner.dial(address, options)).map(|dial| in_time(self.patience, dial).boxed());
        };
        let inner = self.inner.clone();
        let dial = async move {
            let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
            for address in resolve(family, &name, port).await? {
                let dialled = inner.lock().unwrap_or_else(PoisonError::into_inner).dial(address, options);
                match dialled {
                    Ok(dial) => match dial.await {
                        Ok(output) => return Ok(output),
                        Err(error) => last = error,
                    },
                    Err(TransportError::Other(error)) => last = error,
                    Err(TransportError::MultiaddrNotSupported(_)) => {}
                }
            }
            Err(last)
        };
        Ok(in_time(self.patience, dial).boxed())
    }

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<TransportEvent<T::ListenerUpgrade, io::Error>> {
        self.with(|inner| Pin::new(inner).poll(cx))
    }
}

async fn in_time<O>(patience: Duration, dial: impl Future<Output = io::Result<O>>) -> io::Result<O> {
    tokio::time::timeout(patience, dial).await.unwrap_or_else(|_| Err(Refusal::Timeout.into()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_are_told_from_numbers() {
        let split = |text: &str| name_and_port(&text.parse().unwrap()).map(|(_, name, port)| (name, port));
        assert_eq!(split("/dns/klinik.example/tcp/443"), Some(("klinik.example".into(), 443)));
        assert_eq!(split("/dns6/klinik.example/tcp/443"), Some(("klinik.example".into(), 443)));
        assert_eq!(split("/ip4/127.0.0.1/tcp/443"), None);
        assert_eq!(split("/dns4/klinik.example/udp/443"), None);
        assert_eq!(split("/dns4/klinik.example/tcp/443/ws"), None);
    }

    #[tokio::test]
    async fn localhost_resolves_by_family() {
        let addresses = resolve(Family::V4, "localhost", 7).await.unwrap();
        assert_eq!(addresses, ["/ip4/127.0.0.1/tcp/7".parse::<Multiaddr>().unwrap()]);
        let error = resolve(Family::Any, "nowhere.invalid", 7).await.unwrap_err();
        assert!(matches!(Refusal::from_io(&error), Refusal::Network(text) if text.contains("nowhere.invalid")));
    }
}
