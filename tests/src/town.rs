//! A fictional cooperative whose clinics run as real processes, for tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Output},
};

use tempfile::TempDir;
use verbund_node::{
    cli::demo::{found::Village, plan, process::Process},
    control::{
        self,
        client::{Client, ClientError},
    },
};

/// Returns the folder of the built programs: the one above this test's own.
///
/// # Panics
/// If the programs were not built; `scripts/test` builds them first.
pub fn programs() -> PathBuf {
    let own = std::env::current_exe().expect("a running program has a path");
    let folder = own.ancestors().find(|folder| folder.join("verbund").is_file());
    folder.expect("the program verbund lies beside the tests: cargo build --workspace, or scripts/test").to_owned()
}

/// A cooperative with its running nodes.
#[derive(Debug)]
pub struct Town {
    /// What was founded.
    pub village: Village,
    nodes: Vec<Option<Process>>,
    /// Clinics whose node speaks the next protocol version.
    raised: BTreeSet<usize>,
    /// Scripts that run a clinic's program inside of something.
    placed: BTreeMap<usize, PathBuf>,
    folder: TempDir,
}

impl Town {
    /// Founds `clinics` clinics that share `beds` beds. None runs yet.
    ///
    /// # Panics
    /// If founding fails.
    pub fn found(clinics: usize, beds: u32) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let village = Village::found(&folder.path().join("v"), plan::plans(clinics, beds), verbund_node::runtime::service::now()).expect("a cooperative can be founded");
        Self { nodes: village.clinics.iter().map(|_| None).collect(), village, raised: BTreeSet::new(), placed: BTreeMap::new(), folder }
    }

    /// Founds and starts all clinics.
    ///
    /// # Panics
    /// If one does not become ready.
    pub fn start(clinics: usize, beds: u32) -> Self {
        let mut town = Self::found(clinics, beds);
        (0..clinics).for_each(|at| town.launch(at));
        (0..clinics).for_each(|at| town.wait_ready(at));
        town
    }

    /// Has a clinic announce other addresses, or none. Before it is started.
    ///
    /// # Panics
    /// If its configuration cannot be written.
    pub fn announce(&self, at: usize, addresses: &[&str]) {
        self.configure(at, "announce", addresses);
    }
    /// Has a clinic listen at another address. Before it is started.
    ///
    /// # Panics
    /// If its configuration cannot be written.
    pub fn listen(&self, at: usize, address: &str) {
        self.configure(at, "listen", &[address]);
    }
    /// Has a clinic log all that happens. Before it is started.
    ///
    /// # Panics
    /// If its configuration cannot be written.
    pub fn log_all(&self, at: usize) {
        let config = self.village.clinics[at].config();
        let text = fs::read_to_string(&config).expect("the configuration was written");
        fs::write(&config, format!("{text}\n[log]\nlevel = \"trace\"\n")).expect("the configuration can be written");
    }
    fn configure(&self, at: usize, setting: &str, values: &[&str]) {
        let config = self.village.clinics[at].config();
        let text = fs::read_to_string(&config).expect("the configuration was written");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        // The first is the mesh's; the sites of the web pages come later.
        let line = lines.iter_mut().find(|line| line.starts_with(setting)).expect("the configuration names it");
        *line = format!("{setting} = {values:?}");
        fs::write(&config, lines.join("\n")).expect("the configuration can be written");
    }
    /// Has a clinic's program run inside of something, which is a command with its first arguments ([`crate::network::Internet::inside`]).
    /// Before it is started.
    ///
    /// # Panics
    /// If the script that does so cannot be written.
    pub fn run_inside(&mut self, at: usize, inside: &[String]) {
        let script = self.folder.path().join(format!("place-{at}"));
        let text = format!("#!/bin/sh\nexec {} {} \"$@\"\n", inside.join(" "), self.program(at).display());
        fs::write(&script, text).and_then(|()| fs::set_permissions(&script, fs::Permissions::from_mode(0o700))).expect("a script can be written");
        self.placed.insert(at, script);
    }
    /// Has the board publish a network document with another bootstrap list, and every clinic take it in. Before they are started.
    ///
    /// # Panics
    /// If a step of that is refused.
    pub fn bootstrap(&mut self, addresses: Vec<String>) {
        self.village.authority.set_bootstrap(addresses, verbund_node::runtime::service::now()).expect("the authority takes the addresses");
        let document = self.village.publish().expect("the board signs");
        for at in 0..self.village.clinics.len() {
            let joined = self.verbund(at, &["join", "--document", &document.to_string_lossy()]);
            assert!(joined.status.success(), "{}", String::from_utf8_lossy(&joined.stderr));
        }
    }

    /// Gives a clinic the program that speaks the next protocol version. Before it is started.
    ///
    /// # Panics
    /// If that program was not built; `scripts/test` builds it.
    pub fn raise(&mut self, at: usize) {
        self.raised.insert(at);
        assert!(self.program(at).is_file(), "{} is missing: scripts/test builds it", self.program(at).display());
    }
    fn program(&self, at: usize) -> PathBuf {
        if let Some(script) = self.placed.get(&at) {
            return script.clone();
        }
        programs().join(if self.raised.contains(&at) { "verbund-raised" } else { "verbund" })
    }

    /// Starts a clinic's node without waiting.
    ///
    /// # Panics
    /// If the program cannot be started.
    pub fn launch(&mut self, at: usize) {
        let process = Process::start(&self.program(at), &self.village.clinics[at].folder).expect("the program starts");
        self.nodes[at] = Some(process);
    }
    /// Waits until a started node is ready.
    ///
    /// # Panics
    /// If it ends or stays silent.
    pub fn wait_ready(&mut self, at: usize) {
        self.node(at).wait_ready().expect("the node becomes ready");
    }
    /// Returns a running node.
    ///
    /// # Panics
    /// If it does not run.
    pub fn node(&mut self, at: usize) -> &mut Process {
        self.nodes[at].as_mut().expect("the node was started")
    }
    /// Kills a node at once (`kill -9`).
    ///
    /// # Panics
    /// If it does not run.
    pub fn kill(&mut self, at: usize) {
        self.node(at).kill().expect("a process can be killed");
        self.nodes[at] = None;
    }
    /// Asks a node to stop (SIGTERM), waits, and returns how it ended.
    ///
    /// # Panics
    /// If it does not run.
    pub fn stop(&mut self, at: usize) -> ExitStatus {
        let status = self.node(at).stop().expect("a process can be waited for");
        self.nodes[at] = None;
        status
    }
    /// Runs the program with a clinic's configuration and returns what it printed and how it ended.
    ///
    /// # Panics
    /// If the program cannot be started.
    pub fn verbund(&self, at: usize, arguments: &[&str]) -> Output {
        let config = self.village.clinics[at].config();
        Command::new(self.program(at)).arg("--config").arg(config).args(arguments).output().expect("the program starts")
    }
    /// Starts a killed node again and waits until it is ready.
    ///
    /// # Panics
    /// If it does not come back.
    pub fn restart(&mut self, at: usize) {
        self.launch(at);
        self.wait_ready(at);
    }
    /// Returns a connection to a node's control socket.
    ///
    /// # Panics
    /// If it does not answer.
    pub fn client(&mut self, at: usize) -> Client {
        self.node(at).client().expect("a ready node answers")
    }
    /// Asks a node.
    ///
    /// # Errors
    /// What the node refuses.
    pub fn ask<T: serde::de::DeserializeOwned>(&mut self, at: usize, command: &control::Command) -> Result<T, ClientError> {
        self.client(at).ask(command)
    }
    /// Returns the folder of everything.
    pub fn folder(&self) -> &Path {
        &self.village.folder
    }
    /// Returns where the temporary folder lies, for looking at it after a failure.
    pub fn place(&self) -> &Path {
        self.folder.path()
    }
}
