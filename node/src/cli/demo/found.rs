//! Founds a fictional cooperative in a folder: board keys, authority, clinics with keys, certificates and configurations.
//! Exactly the steps a real one takes, by the same code; only the people are missing.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use verbund_certs::{Admission, Authority, NewAuthority, new_key, write_key};
use verbund_protocol::{certificate::NodeName, id::NetworkId, sign::SecretKey, time::Timestamp};

use super::plan::Plan;
use crate::{
    domain::identity::{self, Papers},
    store::key::{DatabaseKey, KeyFile},
};

/// Marks a folder as made by the demo, so that nothing else is ever deleted.
const MARK: &str = ".verbund-demo";
/// How many board keys there are, and how many must sign.
const BOARD: (usize, u8) = (3, 2);

/// One founded clinic.
#[derive(Clone, Debug)]
pub struct Clinic {
    /// What was planned.
    pub plan: Plan,
    /// Its folder, with `verbund.toml`.
    pub folder: PathBuf,
    /// Its port on loopback.
    pub port: u16,
}

impl Clinic {
    /// Returns its configuration file.
    pub fn config(&self) -> PathBuf {
        self.folder.join("verbund.toml")
    }
}

/// A founded cooperative.
#[derive(Debug)]
pub struct Village {
    /// The folder of everything.
    pub folder: PathBuf,
    /// The network's name.
    pub network: NetworkId,
    /// The cooperative's authority.
    pub authority: Authority,
    /// The board's keys, which in life lie with three people.
    pub board: Vec<SecretKey>,
    /// The clinics.
    pub clinics: Vec<Clinic>,
}

impl Village {
    /// Founds a cooperative of `plans` in `folder`, which is empty, absent, or an earlier demo's (then replaced).
    ///
    /// # Errors
    /// Says which step failed.
    pub fn found(folder: &Path, plans: Vec<Plan>, now: Timestamp) -> anyhow::Result<Self> {
        prepare(folder)?;
        let folder = &folder.canonicalize()?;
        let network: NetworkId = "demo".parse().expect("a valid name");
        let board: Vec<SecretKey> = (0..BOARD.0).map(|_| new_key()).collect();
        for (at, key) in board.iter().enumerate() {
            write_key(&folder.join(format!("board-{}.key", at + 1)), key)?;
        }
        let new = NewAuthority { network: network.clone(), board: board.iter().map(SecretKey::public).collect(), threshold: BOARD.1 };
        let mut authority = Authority::create(&folder.join("authority"), new, now)?;
        let ports = free_ports(plans.len())?;
        let mut clinics = Vec::new();
        for (plan, port) in plans.into_iter().zip(ports) {
            let clinic = Clinic { folder: folder.join(plan.member.as_str()), plan, port };
            admit(&mut authority, &network, &clinic, now)?;
            clinics.push(clinic);
        }
        // One member is enough to join by; three spare the first one's rest.
        authority.set_bootstrap(clinics.iter().take(3).map(|clinic| address(clinic.port)).collect(), now)?;
        let mut village = Self { folder: folder.clone(), network, authority, board, clinics };
        let document = village.publish()?;
        for clinic in &village.clinics {
            village.settle(clinic, &document, now)?;
        }
        Ok(village)
    }

    /// Has the board sign the present draft, publishes it and returns the file it lies in.
    ///
    /// # Errors
    /// If there is no draft or it breaks a rule.
    pub fn publish(&mut self) -> anyhow::Result<PathBuf> {
        for key in &self.board[..usize::from(BOARD.1)] {
            self.authority.sign_draft(key)?;
        }
        let document = self.authority.publish()?;
        let path = self.folder.join(format!("network-{}.cbor", document.document.version));
        fs::write(&path, document.bytes())?;
        Ok(path)
    }

    /// Gives a clinic its papers, database key and configuration.
    fn settle(&self, clinic: &Clinic, document: &Path, now: Timestamp) -> anyhow::Result<()> {
        let identity = clinic.folder.join("identity");
        let papers = Papers {
            auth: Some(clinic.folder.join("auth.pem")),
            sign: Some(clinic.folder.join("sign.pem")),
            authority: Some(self.authority.certificate_path()),
            document: Some(document.to_owned()),
            board: None,
        };
        identity::join(&identity, &name(&self.network, clinic), &papers, now)?;
        KeyFile::new(&identity.join("database.key"), &clinic.folder.join("data"))?.create(&DatabaseKey::generate()?)?;
        fs::write(clinic.config(), configuration(&self.network, clinic))?;
        Ok(())
    }
}

fn prepare(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() && folder.read_dir()?.next().is_some() {
        if !folder.join(MARK).exists() {
            bail!("{} is not empty and was not made by a demo; name another folder with --dir", folder.display());
        }
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(fs::write(folder.join(MARK), "made by `verbund demo`; replaced by the next one\n")?)
}

fn name(network: &NetworkId, clinic: &Clinic) -> NodeName {
    NodeName { network: network.clone(), member: clinic.plan.member.clone(), node: "1".parse().expect("a valid name") }
}

fn address(port: u16) -> String {
    format!("/ip4/127.0.0.1/tcp/{port}")
}

/// `verbund init` at the clinic, `issue` and `admit` at the cooperative.
fn admit(authority: &mut Authority, network: &NetworkId, clinic: &Clinic, now: Timestamp) -> anyhow::Result<()> {
    let facility = &clinic.plan.facility;
    let requests = identity::found(&clinic.folder.join("identity"), &name(network, clinic), &facility.name)?;
    let mut issue = |request: &Path, file: &str| -> anyhow::Result<String> {
        let pem = authority.issue(&fs::read_to_string(request)?, now)?.pem;
        fs::write(clinic.folder.join(file), &pem)?;
        Ok(pem)
    };
    let (auth, sign) = (issue(&requests.auth_csr, "auth.pem")?, issue(&requests.sign_csr, "sign.pem")?);
    let facilities = std::iter::once(facility).chain(&clinic.plan.branches).cloned().collect();
    let admission = Admission { facilities, ..Admission::of(&auth, &sign) };
    authority.admit(admission, now)?;
    Ok(())
}

/// Whoever runs the demo plays all the people.
fn configuration(network: &NetworkId, clinic: &Clinic) -> String {
    let user = nix::unistd::User::from_uid(nix::unistd::Uid::current()).ok().flatten().map_or_else(|| nix::unistd::Uid::current().to_string(), |user| user.name);
    let (member, address) = (&clinic.plan.member, address(clinic.port));
    format!(
        r#"# A fictional clinic: {name}
[node]
network = "{network}"
member = "{member}"
node = "1"

[mesh]
listen = ["{address}"]
announce = ["{address}"]

[[person]]
user = "{user}"
name = "Alex Beispiel"
roles = ["ward", "physician", "social-service", "admissions", "capacity", "it", "privacy-officer"]
"#,
        name = clinic.plan.facility.name
    )
}

/// Returns ports that were free on loopback a moment ago; all are held until the last is found, so they differ.
fn free_ports(count: usize) -> anyhow::Result<Vec<u16>> {
    let held: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<Result<_, _>>().context("no free port on loopback")?;
    Ok(held.iter().map(|listener| listener.local_addr().map(|address| address.port())).collect::<Result<_, _>>()?)
}
