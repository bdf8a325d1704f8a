//! Times a verified fetch of one file by `iroh-blobs` from one file store into another over loopback, and prints the seconds as JSON.
//!
//! Neither relays nor discovery: the two endpoints know each other's loopback address. The received file is confirmed by the disk once
//! at the end, as the product does it, and that counts.

use std::{fs, path::Path, time::Instant};

use anyhow::Context as _;
use iroh::{Endpoint, EndpointAddr, RelayMode, endpoint::presets, protocol::Router};
use iroh_blobs::{BlobsProtocol, api::blobs::AddPathOptions, api::blobs::ImportMode, store::fs::FsStore};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let file = std::env::args().nth(1).context("usage: bench-iroh FILE")?;
    let file = Path::new(&file).canonicalize()?;
    // On the disk of the file, so that both compare the same disk.
    let folder = tempfile::tempdir_in(file.parent().context("a file lies in a folder")?)?;
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    let source = FsStore::load(&from).await.context("the source store")?;
    let options = AddPathOptions { path: file, mode: ImportMode::Copy, format: iroh_blobs::BlobFormat::Raw };
    let tag = source.blobs().add_path_with_opts(options).await.context("adding the file")?;
    // What the import left for the disk to write must not fall into the time of the fetch.
    confirm(&from)?;
    let target = FsStore::load(&to).await.context("the target store")?;

    let serving = endpoint().await?;
    let address = serving.bound_sockets().into_iter().find(|address| address.ip().is_loopback()).context("a loopback address")?;
    let peer = EndpointAddr::new(serving.id()).with_ip_addr(address);
    let router = Router::builder(serving).accept(iroh_blobs::ALPN, BlobsProtocol::new(&source, None)).spawn();
    let fetching = endpoint().await?;

    let begun = Instant::now();
    let connection = fetching.connect(peer, iroh_blobs::ALPN).await.context("connecting")?;
    target.remote().fetch(connection, tag.hash).await.context("fetching")?;
    confirm(&to)?;
    let seconds = begun.elapsed().as_secs_f64();
    println!("{{\"seconds\":{seconds}}}");

    fetching.close().await;
    router.shutdown().await?;
    Ok(())
}

/// An endpoint on loopback that asks nobody outside.
async fn endpoint() -> anyhow::Result<Endpoint> {
    let builder = Endpoint::builder(presets::Minimal).relay_mode(RelayMode::Disabled).clear_ip_transports().bind_addr("127.0.0.1:0")?;
    builder.bind().await.context("binding to loopback")
}

/// Has the disk confirm what lies in a folder.
fn confirm(folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            confirm(&path)?;
        } else {
            fs::File::open(&path)?.sync_data()?;
        }
    }
    Ok(())
}
