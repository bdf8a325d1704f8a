//! A network of the test's own: sites in network namespaces, joined by a process that delays, loses and translates what passes between them
//! (`tests/netns/internet.py`). Traffic stays inside.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde::{Deserialize, Serialize};

/// A place with a network of its own.
#[derive(Clone, Debug, Serialize)]
pub struct Site {
    name: &'static str,
    address: &'static str,
    public: &'static str,
}

impl Site {
    /// A site that has its address to itself.
    pub const fn open(name: &'static str, address: &'static str) -> Self {
        Self { name, address, public: address }
    }
    /// A site behind address translation: it opens connections from `public`, and nobody opens one to it.
    pub const fn behind(name: &'static str, address: &'static str, public: &'static str) -> Self {
        Self { name, address, public }
    }
}

/// What the network does to what passes.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Weather {
    /// How long each packet travels, one way, milliseconds.
    pub delay_ms: u32,
    /// Which part of the packets is lost.
    pub loss: f64,
    /// Largest packet, bytes.
    pub mtu: u32,
    /// The only port to which connections may be opened.
    pub port: u16,
    /// For the dice.
    pub seed: u64,
}

/// What has happened to packets so far.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Counts {
    /// Delivered.
    pub passed: u64,
    /// Thrown away by chance.
    pub lost: u64,
    /// Connections whose address was translated.
    pub translated: u64,
    /// Thrown away since they would open a connection to another port or lead nowhere.
    pub refused: u64,
    /// Thrown away since nobody behind the translation had asked for them.
    pub unsolicited: u64,
    /// Thrown away since they were longer than allowed.
    pub too_long: u64,
    /// Thrown away since they were not TCP.
    pub other: u64,
}

/// The running network. Ends when dropped.
#[derive(Debug)]
pub struct Internet {
    process: Child,
    asks: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    sites: BTreeMap<String, u32>,
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("netns").join(name)
}

impl Internet {
    /// Makes the namespaces and begins to carry packets between them.
    ///
    /// # Panics
    /// If this machine does not allow namespaces or TUN devices, with the remedy.
    pub fn open(sites: &[Site], weather: Weather) -> Self {
        let mut plan = serde_json::to_value(weather).expect("plain numbers");
        plan["sites"] = serde_json::to_value(sites).expect("plain words");
        let mut process = Command::new("unshare")
            .args(["--user", "--map-current-user", "--keep-caps", "--net", "--", "python3"])
            .arg(script("internet.py"))
            .arg(plan.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare (util-linux) is there: scripts/test installs it");
        let mut answers = BufReader::new(process.stdout.take().expect("it was asked for"));
        let mut line = String::new();
        answers.read_line(&mut line).expect("a pipe can be read");
        let started: Option<BTreeMap<String, BTreeMap<String, u32>>> = serde_json::from_str(&line).ok();
        let Some(sites) = started.and_then(|mut started| started.remove("pids")) else {
            panic!(
                "network namespaces cannot be made here (the reason is above). Allow them: run as root, or with user namespaces (sysctl \
                 kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0) and a /dev/net/tun that may be opened; in a container \
                 --cap-add NET_ADMIN --cap-add SYS_ADMIN --device /dev/net/tun. Or leave these tests out: scripts/test --without-netns"
            )
        };
        let asks = process.stdin.take();
        Self { process, asks, answers, sites }
    }

    /// Returns the command, with its first arguments, that runs whatever follows at a site.
    ///
    /// # Panics
    /// If there is no such site.
    pub fn inside(&self, site: &str) -> Vec<String> {
        let pid = self.sites[site].to_string();
        ["nsenter", "--preserve-credentials", "--user", "--net", "--target", &pid, "--"].map(str::to_owned).to_vec()
    }

    /// Returns what has happened to packets so far.
    ///
    /// # Panics
    /// If the network has ended.
    pub fn counts(&mut self) -> Counts {
        let asks = self.asks.as_mut().expect("it is open until it is dropped");
        asks.write_all(b"counts\n").and_then(|()| asks.flush()).expect("the network runs");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("a pipe can be read");
        serde_json::from_str(&line).expect("counters")
    }

    /// Lets strangers call a port at a site, so many a second and at least, and returns once they have begun.
    ///
    /// # Panics
    /// If they do not begin.
    pub fn strangers(&self, site: &str, port: u16, per_second: u32, least: u32) -> Strangers {
        let inside = self.inside(site);
        let mut process = Command::new(&inside[0])
            .args(&inside[1..])
            .arg("python3")
            .arg(script("strangers.py"))
            .args([port.to_string(), per_second.to_string(), least.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("nsenter (util-linux) and python3 are there: scripts/test installs them");
        let mut says = BufReader::new(process.stdout.take().expect("it was asked for"));
        let mut line = String::new();
        says.read_line(&mut line).expect("a pipe can be read");
        assert_eq!(line.trim(), "begun", "the strangers do not begin");
        Strangers { process, says }
    }
}

impl Drop for Internet {
    fn drop(&mut self) {
        drop(self.asks.take());
        // Nothing is left to do about a process that cannot be killed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Strangers that call. They stop when dropped.
#[derive(Debug)]
pub struct Strangers {
    process: Child,
    says: BufReader<ChildStdout>,
}

/// What strangers did.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Called {
    /// Connections.
    pub made: u64,
    /// How many of them sent the first words of TLS.
    pub began_tls: u64,
    /// How long it took, seconds.
    pub seconds: f64,
}

impl Strangers {
    /// Tells them to stop once they have called often enough, and waits for that.
    ///
    /// # Panics
    /// If they end without saying what they did.
    pub fn stop(mut self) -> Called {
        drop(self.process.stdin.take());
        let mut line = String::new();
        self.says.read_line(&mut line).expect("a pipe can be read");
        serde_json::from_str(&line).expect("what they did")
    }
}

impl Drop for Strangers {
    fn drop(&mut self) {
        // Nothing is left to do about a process that cannot be killed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
