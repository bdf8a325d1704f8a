//! `verbund run`: brings the core, the mesh and the control socket together, says when it is ready, and stops cleanly.

mod carrier;
mod documents;
mod outside;
mod post;
mod sites;

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use arc_swap::ArcSwap;
use tokio::sync::mpsc;
use tracing::{info, warn};
use verbund_protocol::{certificate::NodeName, membership::Membership, time::Timestamp};

use self::{carrier::Carrier, outside::World};
use super::{
    core::{Core, Fatal, Input, Settings},
    engine,
    transfer::{Parts, Transfers},
};
use crate::{
    control::server::{self, ServerError},
    domain::{
        config::{Config, People, Terms},
        entropy::System,
        identity::{Identity, IdentityError},
    },
    mesh::{self, MeshConfig, MeshHandle},
    store::{Store, StoreError, blob::BlobError, key::KeyFile, meta},
    workflow::{Author, Desk, Job, took::Took},
};

/// Most inputs waiting for the core; whoever brings more waits.
const MAX_INPUTS: usize = 1_024;
/// Most jobs of doors waiting for the core.
const MAX_JOBS: usize = 256;

/// The node cannot run, or must stop.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Keys, certificates or the first network document are not usable.
    #[error("identity")]
    Identity(#[from] IdentityError),
    /// The store cannot be opened.
    #[error("store")]
    Store(#[from] StoreError),
    /// The network document is not signed by its own board.
    #[error("network document")]
    Document(#[from] verbund_protocol::membership::DocumentError),
    /// The mesh cannot start.
    #[error("mesh")]
    Mesh(#[from] mesh::MeshError),
    /// The control socket cannot be opened.
    #[error(transparent)]
    Control(#[from] ServerError),
    /// The web pages cannot be served.
    #[error("web pages")]
    Portal(#[from] crate::portal::PortalError),
    /// The folder of documents is not usable.
    #[error("documents")]
    Files(#[from] BlobError),
    /// The operating system refuses something.
    #[error("cannot start")]
    System(#[from] std::io::Error),
    /// What was acknowledged can no longer be guaranteed.
    #[error(transparent)]
    Fatal(#[from] Fatal),
}

/// Returns the present moment by the operating system's clock.
pub fn now() -> Timestamp {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(since_epoch.as_millis().try_into().unwrap_or(u64::MAX))
}

/// Runs the node until it is told to stop (SIGTERM, SIGINT) or cannot go on.
///
/// # Errors
/// [`ServiceError`].
pub fn run(config: Config) -> Result<(), ServiceError> {
    // Two workers serve a clinic; more would only cost memory in a house of many nodes.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).max_blocking_threads(16).thread_name("io").enable_all().build()?;
    let result = runtime.block_on(serve(config));
    runtime.shutdown_timeout(Duration::from_secs(5));
    result
}

async fn serve(config: Config) -> Result<(), ServiceError> {
    // First of all: whoever asks to stop while the node still starts gets a clean stop too.
    let asked_to_stop = asked_to_stop()?;
    let mut running = start(&config).await?;
    ready(&config);
    let stopped_by_core = tokio::select! {
        () = asked_to_stop => false,
        _ = running.died.recv() => true,
    };
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]); // only a service manager cares
    running.stop().await?;
    let _ = std::fs::remove_file(&config.node.control_socket); // the next start replaces it anyway
    info!(stopped_by_core, "stopped");
    Ok(())
}

/// What runs, and how it is stopped.
struct Running {
    mesh: MeshHandle,
    inputs: mpsc::Sender<Input>,
    thread: JoinHandle<Result<(), Fatal>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    /// Ends when the core has.
    died: mpsc::Receiver<()>,
}

impl Running {
    /// Stops the doors and the mesh first, so that the core has worked off everything when it ends.
    async fn stop(self) -> Result<(), ServiceError> {
        for task in self.tasks {
            task.abort();
        }
        self.mesh.stop().await;
        drop(self.inputs);
        match tokio::task::spawn_blocking(move || self.thread.join()).await.map_err(std::io::Error::other)? {
            Ok(result) => Ok(result?),
            Err(_) => Err(std::io::Error::other("the core stopped by a fault of the software; see the lines above").into()),
        }
    }
}

/// Brings everything up, the store first and the doors last.
async fn start(config: &Config) -> Result<Running, ServiceError> {
    let node = &config.node;
    let name = NodeName { network: node.network.clone(), member: node.member.clone(), node: node.node.clone() };
    let identity = Identity::load(&node.identity_dir, &name)?;
    let store = open(config, &identity)?;
    let readers = store.readers()?;
    let files = documents::open(&node.data_dir, &store)?;
    let core = start_core(config, store, name, &identity)?;
    let edition = core.edition();
    let membership = Arc::new(ArcSwap::from_pointee(core.membership().clone()));
    let (mesh, events) = mesh::spawn(mesh_config(config, &identity), membership.load_full())?;
    let listener = server::bind(&node.control_socket)?;
    let open_sites = sites::bind(&config.web).await?;

    let (inputs, queue) = mpsc::channel(MAX_INPUTS);
    let (dead, died) = mpsc::channel::<()>(1);
    let took = Took::default();
    let world = Arc::new(World {
        mesh: mesh.clone(),
        membership: membership.clone(),
        data_dir: node.data_dir.clone(),
        readers: readers.clone(),
        files: files.clone(),
        took: took.clone(),
        edition,
    });
    let (jobs, waiting) = mpsc::channel::<Job>(MAX_JOBS);
    let desk = Desk::new(jobs, world);
    let transfers = Transfers::new(Parts {
        network: node.network.clone(),
        me: node.member.clone(),
        membership: membership.clone(),
        files,
        readers,
        desk: desk.clone(),
        ask: Arc::new(mesh.clone()),
        clock: Arc::new(now),
    });
    let bell = Arc::new(tokio::sync::Notify::new());
    let carrier = Carrier::new(node.network.clone(), mesh.clone(), &inputs, membership.clone(), transfers.clone(), bell.clone());
    let hands = carrier.clone();
    let thread = engine::start(core, engine::Queues { inputs: queue, jobs: waiting }, took.deliveries, now, move |output| {
        let _until_the_core_ends = &dead;
        hands.carry_out(output);
    })?;
    let mut tasks = sites::serve(open_sites, config, identity.validity(), &desk)?;
    tasks.extend(post::start(config, &desk, bell));
    tasks.extend([
        tokio::spawn(carrier.hear(events, inputs.clone())),
        tokio::spawn(tick(inputs.clone())),
        tokio::spawn(transfers.run()),
        tokio::spawn(join(mesh.clone(), membership, config.mesh.announce.clone(), config.mesh.bootstrap.clone())),
        tokio::spawn(server::serve(listener, desk, Arc::new(People::new(&config.people)))),
    ]);
    Ok(Running { mesh, inputs, thread, tasks, died })
}

fn start_core(config: &Config, store: Store, name: NodeName, identity: &Identity) -> Result<Core, ServiceError> {
    let author = Author { network: name.network, member: name.member, node: name.node, auth: identity.auth_key.public(), key: identity.sign_key.clone() };
    let first = Membership::new(identity.document.clone())?;
    let settings = Settings { sync_seconds: config.mesh.sync_seconds, announce: config.mesh.announce.clone(), terms: Terms::of(config) };
    Ok(Core::start(store, author, first, Box::new(System), settings)?)
}

fn open(config: &Config, identity: &Identity) -> Result<Store, ServiceError> {
    let node = &config.node;
    let key = KeyFile::new(&node.database_key, &node.data_dir).map_err(StoreError::from)?;
    let store = Store::unlock(&node.data_dir, &key)?;
    let last = store.write(|db| {
        meta::bind(db, &node.network, &node.member, &node.node)?;
        meta::started(db, env!("CARGO_PKG_VERSION"), now())
    })?;
    if let Err(error) = identity.check_validity(now()) {
        warn!(error = &error as &dyn std::error::Error, "peers will refuse this node until it has a valid certificate");
    }
    if !identity.listed() {
        warn!("the network document does not list this node with these keys: it can only synchronise documents");
    }
    info!(?last, "store opened");
    Ok(store)
}

fn mesh_config(config: &Config, identity: &Identity) -> MeshConfig {
    let mut mesh = MeshConfig::new(config.mesh.listen.clone(), identity.auth_key.clone(), vec![identity.auth.der.clone()], Arc::new(now));
    mesh.tuning.standing_links = config.mesh.links;
    mesh.tuning.idle = Duration::from_secs(config.mesh.idle_seconds);
    mesh
}

/// Asks the known addresses who is there, until somebody is; after that, address records tell where everybody is.
async fn join(mesh: MeshHandle, membership: Arc<ArcSwap<Membership>>, own: Vec<String>, further: Vec<String>) {
    let mut pause = Duration::from_millis(200);
    loop {
        let from_document = membership.load().held().document.bootstrap.clone();
        for address in from_document.iter().chain(&further).filter(|address| !own.contains(address)) {
            if let Err(error) = mesh.probe(address.clone()).await {
                info!(%address, %error, "nobody to join at a bootstrap address");
            }
        }
        tokio::time::sleep(pause).await;
        if mesh.peers().await.iter().any(|peer| peer.link.is_some()) {
            pause = Duration::from_secs(60);
        } else {
            pause = (pause * 2).min(Duration::from_secs(30));
        }
    }
}

fn ready(config: &Config) {
    info!(member = %config.node.member, network = %config.node.network, "ready");
    if let Err(error) = sd_notify::notify(&[sd_notify::NotifyState::Ready]) {
        warn!(%error, "the service manager was not told that the node is ready");
    }
}

async fn tick(inputs: mpsc::Sender<Input>) {
    let mut every = tokio::time::interval(Duration::from_secs(1));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        if inputs.send(Input::Tick).await.is_err() {
            return;
        }
    }
}

/// Listens for SIGTERM and SIGINT from now on; the returned future ends with the first of them.
fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
