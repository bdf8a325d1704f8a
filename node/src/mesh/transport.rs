//! From an address to a secured, multiplexed connection: TCP, TLS, yamux, in this order.
//!
//! Seams for later: a member relay joins as a second transport below TLS (`relay::client::new` gives it; the TLS role then follows
//! the endpoint's `role_override`, and the relay sees ciphertext only), and an outbound HTTP CONNECT proxy takes the place of
//! [`Named`]'s dialling, which already has the name unresolved in its hand.

use std::{
    io,
    net::{IpAddr, TcpListener},
    time::Duration,
};

use either::Either;
use libp2p::{
    Multiaddr, PeerId,
    core::{
        ConnectedPoint, Endpoint,
        muxing::StreamMuxerBox,
        transport::{Boxed, Transport as _},
    },
    multiaddr::Protocol,
    tcp,
};

use super::{keys, mux::Muxer, names::Named, refusal::Refusal, tls::Tls};

/// Returns the transport of a node. TCP and TLS may each take as long as `handshake`.
pub(super) fn build(tls: Tls, handshake: Duration) -> Boxed<(PeerId, StreamMuxerBox)> {
    let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true));
    let secured = Named::new(tcp, handshake).and_then(move |socket, point| {
        let (tls, outbound) = (tls.clone(), is_client(&point));
        async move {
            let (peer, stream) = tokio::time::timeout(handshake, tls.secure(socket, outbound)).await.map_err(|_| Refusal::Timeout)??;
            Ok::<_, io::Error>((keys::peer_id(&peer), StreamMuxerBox::new(Muxer::new(stream, outbound))))
        }
    });
    secured.map_err(Either::into_inner).boxed()
}

/// Checks that nobody listens at this address. libp2p shares ports on purpose (SO_REUSEPORT), so a second node started by
/// mistake would take every other connection of the first one.
pub(super) fn check_free(address: &Multiaddr) -> io::Result<()> {
    let mut parts = address.iter();
    let ip = match parts.next() {
        Some(Protocol::Ip4(ip)) => IpAddr::V4(ip),
        Some(Protocol::Ip6(ip)) => IpAddr::V6(ip),
        _ => return Ok(()), // listening itself says that it is no such address
    };
    match parts.next() {
        Some(Protocol::Tcp(port)) => TcpListener::bind((ip, port)).map(drop),
        _ => Ok(()),
    }
}

/// Who is the client in TLS follows the role, not who opened the socket; they differ once relays are in between.
fn is_client(point: &ConnectedPoint) -> bool {
    matches!(point, ConnectedPoint::Dialer { role_override: Endpoint::Dialer, .. })
}
