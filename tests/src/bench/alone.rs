//! The floor of a node's memory and processor time: the mesh with all its behaviours and links in a process of its own, and no store,
//! core, search or door around it.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
use verbund_node::{
    cli::demo::process::Process,
    domain::{config::Config, identity::Identity},
    mesh::{self, Command, Event, MeshConfig, Verdict},
    runtime::service,
};
use verbund_protocol::{certificate::NodeName, membership::Membership};

use crate::town::Town;

/// Addresses of all nodes, for processes that have no store to learn them from.
const ADDRESSES: &str = "addresses.txt";

/// Runs the mesh of the node with this configuration until the process is killed.
///
/// # Errors
/// If identity, addresses or ports are not usable.
pub fn run(config: &Path) -> anyhow::Result<()> {
    let config = Config::load(config)?;
    // As many threads as a node has for this work.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(serve(config))
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let node = &config.node;
    let name = NodeName { network: node.network.clone(), member: node.member.clone(), node: node.node.clone() };
    let identity = Identity::load(&node.identity_dir, &name)?;
    let membership = Arc::new(Membership::new(identity.document.clone())?);
    let listed = std::fs::read_to_string(node.identity_dir.join("../..").join(ADDRESSES))?;
    let chain = vec![identity.auth.der.clone()];
    let mesh_config = MeshConfig::new(config.mesh.listen.clone(), identity.auth_key.clone(), chain, Arc::new(service::now));
    let (mesh, mut events) = mesh::spawn(mesh_config, membership.clone())?;
    for (member, address) in listed.lines().filter_map(|line| line.split_once(' ')) {
        let member = membership.held().document.members.iter().find(|listed| listed.id.as_str() == member);
        let peer = member.and_then(|member| member.nodes.first()).context("every address belongs to a member")?.auth;
        mesh.send(Command::Addresses { peer, addresses: vec![address.to_owned()] }).await?;
    }
    sd_ready()?;
    while let Some(event) = events.recv().await {
        match event {
            Event::Gossip { ticket, .. } => ticket.judge(Verdict::Accept),
            Event::Request { respond, .. } => respond.busy(),
            Event::Listening { .. } | Event::Up { .. } | Event::Down { .. } | Event::Refused { .. } => {}
        }
    }
    Ok(())
}

/// Tells whoever started this process that it is ready, as a node does.
fn sd_ready() -> anyhow::Result<()> {
    let socket = std::env::var_os("NOTIFY_SOCKET").context("NOTIFY_SOCKET names who waits")?;
    std::os::unix::net::UnixDatagram::unbound()?.send_to(b"READY=1", socket)?;
    Ok(())
}

/// Runs the meshes of `clinics` clinics, leaves them in peace for `settle`, and returns resident memory of each in MiB and the mean share
/// of a core that one uses in `span`, percent.
///
/// # Errors
/// If one does not come up.
pub(super) fn idle(clinics: usize, settle: Duration, span: Duration) -> anyhow::Result<(Vec<f64>, f64)> {
    let town = Town::found(clinics, 240 * clinics as u32);
    let lines: Vec<String> = town.village.clinics.iter().map(|clinic| format!("{} /ip4/127.0.0.1/tcp/{}", clinic.plan.member, clinic.port)).collect();
    std::fs::write(town.folder().join(ADDRESSES), lines.join("\n"))?;
    let own = std::env::current_exe()?;
    let mut meshes = town.village.clinics.iter().map(|clinic| Process::start(&own, &clinic.folder)).collect::<anyhow::Result<Vec<_>>>()?;
    meshes.iter_mut().try_for_each(Process::wait_ready)?;
    std::thread::sleep(settle);
    let used = || meshes.iter().map(Process::processor_time).sum::<anyhow::Result<Duration>>();
    let before = used()?;
    std::thread::sleep(span);
    let spent = used()?.saturating_sub(before);
    let memory = meshes.iter().map(Process::resident_mib).collect::<anyhow::Result<Vec<f64>>>()?;
    Ok((memory, spent.as_secs_f64() / span.as_secs_f64() / clinics as f64 * 100.0))
}
