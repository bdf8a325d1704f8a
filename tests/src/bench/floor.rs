//! The floors: the least that the same work needs on this machine.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::FileExt as _,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned, crypto::aws_lc_rs};
use verbund_protocol::sign::SecretKey;

/// Bytes read, hashed and sent at a time.
const PIECE: usize = 1 << 20;
/// Bytes that are signed for a message: about what a header or receipt has.
const SIGNED: usize = 360;

/// How a floor carries a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carriage {
    /// Both sides hash, and both confirm the disk once, at the end.
    Plain,
    /// As the node does it: the sender does not hash again what it hashed when it was added, and the receiver has the disk write every so many bytes
    /// ([`WRITE_OUT`]) while more arrives.
    AsTheNode,
}

/// After so many bytes the node has the disk write (`node/src/store/blob/incoming.rs`).
const WRITE_OUT: usize = 64 << 20;

/// Sends the file at `from` to a new file `to` over TLS 1.3 with AES-256-GCM on loopback, one thread a side, with BLAKE3 and the disk's
/// confirmation as `how` says. Returns how long it took.
///
/// # Errors
/// If the disk or loopback refuses.
pub(crate) fn carry(from: &Path, to: &Path, how: Carriage) -> anyhow::Result<Duration> {
    let (server, client) = tls()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let (source, size) = (File::open(from)?, from.metadata()?.len());
    // A file that is cut off and written again makes ext4 flush, so it is always a new one.
    let target = OpenOptions::new().write(true).create_new(true).open(to)?;
    let begun = Instant::now();
    let receiving = std::thread::spawn(move || -> anyhow::Result<blake3::Hash> {
        let socket = listener.accept()?.0;
        socket.set_nodelay(true)?;
        let mut stream = StreamOwned::new(ServerConnection::new(server)?, socket);
        let hash = receive(&mut stream, &target, size as usize, how)?;
        target.sync_data()?;
        stream.write_all(b"kept")?;
        Ok(hash)
    });
    let socket = TcpStream::connect(address)?;
    socket.set_nodelay(true)?;
    let mut connection = ClientConnection::new(client, "floor".try_into()?)?;
    connection.set_buffer_limit(Some(2 * PIECE));
    let mut stream = StreamOwned::new(connection, socket);
    let (mut hasher, mut piece, mut left) = (blake3::Hasher::new(), vec![0; PIECE], size as usize);
    while left > 0 {
        let length = left.min(PIECE);
        (&source).read_exact(&mut piece[..length])?;
        if how == Carriage::Plain {
            hasher.update(&piece[..length]);
        }
        stream.write_all(&piece[..length])?;
        left -= length;
    }
    stream.flush()?;
    source.sync_data()?;
    stream.read_exact(&mut [0; 4])?;
    let took = begun.elapsed();
    let there = receiving.join().map_err(|_| anyhow::anyhow!("the receiving side broke off"))??;
    anyhow::ensure!(how != Carriage::Plain || there == hasher.finalize(), "the floor lost something on the way");
    std::fs::remove_file(to)?;
    Ok(took)
}

/// Takes so many bytes in, hashed and written to `target`.
fn receive(stream: &mut impl Read, target: &File, size: usize, how: Carriage) -> anyhow::Result<blake3::Hash> {
    std::thread::scope(|scope| {
        let (write_out, asked) = std::sync::mpsc::channel::<()>();
        let disk = scope.spawn(move || asked.iter().try_for_each(|()| target.sync_data()));
        let (mut hasher, mut piece, mut left) = (blake3::Hasher::new(), vec![0; PIECE], size);
        while left > 0 {
            let length = left.min(PIECE);
            stream.read_exact(&mut piece[..length])?;
            hasher.update(&piece[..length]);
            (&mut &*target).write_all(&piece[..length])?;
            left -= length;
            if how == Carriage::AsTheNode && (size - left).is_multiple_of(WRITE_OUT) {
                write_out.send(())?;
            }
        }
        drop(write_out);
        disk.join().map_err(|_| anyhow::anyhow!("the disk's thread broke off"))??;
        Ok(hasher.finalize())
    })
}

/// Both ends of a TLS connection with a certificate made for it, and only the cipher that the mesh prefers.
fn tls() -> anyhow::Result<(Arc<ServerConfig>, Arc<ClientConfig>)> {
    let made = rcgen::generate_simple_self_signed(["floor".to_owned()])?;
    let key = rustls_pki_types::PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::CryptoProvider { cipher_suites: vec![aws_lc_rs::cipher_suite::TLS13_AES_256_GCM_SHA384], ..aws_lc_rs::default_provider() });
    let versions = &[&rustls::version::TLS13];
    let server = ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions)?.with_no_client_auth();
    let server = server.with_single_cert(vec![made.cert.der().clone()], key)?;
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone())?;
    let client = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions)?.with_root_certificates(roots).with_no_client_auth();
    Ok((Arc::new(server), Arc::new(client)))
}

/// Returns how many messages a second `threads` threads could sign and verify, if a message were nothing but its two signatures and
/// their two strict verifications.
pub(crate) fn signature_limit(threads: usize, span: Duration) -> f64 {
    let begun = Instant::now();
    let counts = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|at| scope.spawn(move || sign_for(at as u8, span))).collect();
        workers.into_iter().map(|worker| worker.join().expect("signing does not panic")).sum::<u64>()
    });
    counts as f64 / begun.elapsed().as_secs_f64()
}

fn sign_for(seed: u8, span: Duration) -> u64 {
    let (sender, recipient) = (SecretKey::from_seed(&[seed; 32]), SecretKey::from_seed(&[seed ^ 0x80; 32]));
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < span {
        for _ in 0..64 {
            both_signatures(&sender, &recipient, count);
            count += 1;
        }
    }
    count
}

fn both_signatures(sender: &SecretKey, recipient: &SecretKey, number: u64) {
    for signer in [sender, recipient] {
        let message = content(number);
        let signature = signer.sign(&message);
        signer.public().verify(&message, &signature).expect("a key verifies its own signature");
    }
}

fn content(number: u64) -> [u8; SIGNED] {
    let mut message = [7; SIGNED];
    message[..8].copy_from_slice(&number.to_be_bytes());
    message
}

/// Times what one message needs at least, one at a time: the sender signs and sends over loopback, the recipient verifies, signs a
/// receipt, has it confirmed by the disk and answers; the sender verifies that and has it confirmed too. Returns microseconds of each.
///
/// # Errors
/// If the disk or loopback refuses.
pub(crate) fn lone_messages(folder: &Path, count: usize) -> anyhow::Result<Vec<f64>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let (sender, recipient) = (SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32]));
    let (sender_public, recipient_public) = (sender.public(), recipient.public());
    let files = [log(folder, "floor-recipient")?, log(folder, "floor-sender")?];
    let [theirs, ours] = files;
    let answering = std::thread::spawn(move || -> anyhow::Result<()> {
        let mut socket = listener.accept()?.0;
        socket.set_nodelay(true)?;
        let mut signature = [0; 64];
        for number in 0..count as u64 {
            socket.read_exact(&mut signature)?;
            sender_public.verify(&content(number), &signature)?;
            let receipt = recipient.sign(&content(number));
            confirm(&theirs, number)?;
            socket.write_all(&receipt)?;
        }
        Ok(())
    });
    let mut socket = TcpStream::connect(address)?;
    socket.set_nodelay(true)?;
    let mut took = Vec::with_capacity(count);
    let mut receipt = [0; 64];
    for number in 0..count as u64 {
        let begun = Instant::now();
        socket.write_all(&sender.sign(&content(number)))?;
        socket.read_exact(&mut receipt)?;
        recipient_public.verify(&content(number), &receipt)?;
        confirm(&ours, number)?;
        took.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    answering.join().map_err(|_| anyhow::anyhow!("the answering side broke off"))??;
    Ok(took)
}

/// A file with room, as a database's log has after its first round: its length does not change any more.
fn log(folder: &Path, name: &str) -> anyhow::Result<File> {
    let path = folder.join(name);
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(&path).with_context(|| format!("cannot make {}", path.display()))?;
    file.write_all_at(&vec![0; 4 << 20], 0)?;
    file.sync_all()?;
    Ok(file)
}

fn confirm(file: &File, number: u64) -> anyhow::Result<()> {
    file.write_all_at(&[number as u8; 4096], number % 1024 * 4096)?;
    Ok(file.sync_data()?)
}
