//! Nodes as operating system processes: start, wait for the ready signal, measure, stop, kill.

use std::{
    fs,
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{cli::run::PARENT, control::client::Client};

/// How long a node may take to become ready before the demo gives up on it.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// A running node. Killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    ready: UnixDatagram,
    folder: PathBuf,
}

impl Process {
    /// Starts `verbund run` of the program `exe` with the configuration in `folder`; logs go to `node.log` there.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn start(exe: &Path, folder: &Path) -> anyhow::Result<Self> {
        Self::start_with(exe, folder, &[])
    }

    /// Like [`Self::start`], with further environment variables.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn start_with(exe: &Path, folder: &Path, environment: &[(&str, &str)]) -> anyhow::Result<Self> {
        // The same signal systemd waits for (sd_notify): no polling, no guessing.
        let signal = folder.join("ready.sock");
        if signal.exists() {
            fs::remove_file(&signal)?;
        }
        let ready = UnixDatagram::bind(&signal).with_context(|| format!("cannot open {}", signal.display()))?;
        ready.set_read_timeout(Some(READY_WITHIN))?;
        let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("node.log"))?;
        let child = Command::new(exe)
            .arg("--config")
            .arg(folder.join("verbund.toml"))
            .arg("run")
            .env("NOTIFY_SOCKET", &signal)
            .env(PARENT, std::process::id().to_string())
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {}", exe.display()))?;
        Ok(Self { child, ready, folder: folder.to_owned() })
    }

    /// Waits for the ready signal.
    ///
    /// # Errors
    /// If the process ends or stays silent; the end of its log is part of the error.
    pub fn wait_ready(&mut self) -> anyhow::Result<()> {
        let begun = Instant::now();
        self.ready.set_read_timeout(Some(Duration::from_millis(200)))?;
        let mut buffer = [0; 512];
        while begun.elapsed() < READY_WITHIN {
            if let Ok(length) = self.ready.recv(&mut buffer)
                && buffer[..length].starts_with(b"READY=1")
            {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the node in {} ended with {status} before it was ready:\n{}", self.folder.display(), self.log_end());
            }
        }
        bail!("the node in {} did not become ready within {READY_WITHIN:?}:\n{}", self.folder.display(), self.log_end())
    }

    /// Connects to the node's control socket.
    ///
    /// # Errors
    /// If it does not answer.
    pub fn client(&self) -> anyhow::Result<Client> {
        Ok(Client::connect(&self.folder.join("control.sock"))?)
    }

    /// Returns the node's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
    /// Returns the whole log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("node.log")).unwrap_or_default()
    }
    fn log_end(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    /// Asks the process to stop and waits until it has.
    ///
    /// # Errors
    /// If it cannot be waited for.
    pub fn stop(&mut self) -> anyhow::Result<std::process::ExitStatus> {
        if let Some(status) = self.child.try_wait()? {
            return Ok(status);
        }
        kill(self.pid(), Signal::SIGTERM)?;
        Ok(self.child.wait()?)
    }

    /// Kills the process at once (`kill -9`) and waits until it is gone.
    ///
    /// # Errors
    /// If it cannot be waited for.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Stops the process where it stands (SIGSTOP), as if its machine hung.
    ///
    /// # Errors
    /// If the signal cannot be sent.
    pub fn freeze(&self) -> anyhow::Result<()> {
        Ok(kill(self.pid(), Signal::SIGSTOP)?)
    }
    /// Lets a frozen process go on.
    ///
    /// # Errors
    /// If the signal cannot be sent.
    pub fn thaw(&self) -> anyhow::Result<()> {
        Ok(kill(self.pid(), Signal::SIGCONT)?)
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).expect("process numbers are small"))
    }

    /// Returns the resident memory in MiB.
    ///
    /// # Errors
    /// If the process is gone.
    pub fn resident_mib(&self) -> anyhow::Result<f64> {
        self.memory_mib("VmRSS:")
    }

    /// Returns the memory that is this process's alone, MiB: not the pages of the program's file, which every process shares and the
    /// system takes back when it needs them.
    ///
    /// # Errors
    /// If the process is gone.
    pub fn own_mib(&self) -> anyhow::Result<f64> {
        self.memory_mib("RssAnon:")
    }

    fn memory_mib(&self, what: &str) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(what)).with_context(|| format!("no {what} in /proc"))?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    }

    /// Returns the processor time used so far.
    ///
    /// # Errors
    /// If the process is gone.
    pub fn processor_time(&self) -> anyhow::Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // Fields 14 and 15 (proc(5)), counted behind the name, which may hold spaces; in hundredths of a second.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).context("no processor time in /proc");
        Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing is left to do about a process that cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
