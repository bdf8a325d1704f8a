//! A fictional cooperative whose clinics run as real processes, for tests.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use verbund_node::{
    cli::demo::{found::Village, plan, process::Process},
    control::{
        Command,
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
        Self { nodes: village.clinics.iter().map(|_| None).collect(), village, folder }
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

    /// Starts a clinic's node without waiting.
    ///
    /// # Panics
    /// If the program cannot be started.
    pub fn launch(&mut self, at: usize) {
        let process = Process::start(&programs().join("verbund"), &self.village.clinics[at].folder).expect("the program starts");
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
    pub fn ask<T: serde::de::DeserializeOwned>(&mut self, at: usize, command: &Command) -> Result<T, ClientError> {
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
