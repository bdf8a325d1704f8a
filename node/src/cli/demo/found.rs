//! Founds a fictional cooperative in a folder: board keys, authority, clinics with keys, certificates and configurations.
//! Exactly the steps a real one takes, by the same code; only the people are missing.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use anyhow::{Context as _, bail};
use verbund_certs::{Admission, Authority, NewAuthority, new_key, write_key};
use verbund_protocol::{certificate::NodeName, id::NetworkId, sign::SecretKey, time::Timestamp};

use super::plan::Plan;
use crate::{
    domain::{
        account::Site,
        identity::{self, Papers},
    },
    store::key::{DatabaseKey, KeyFile},
};

/// Two rings that hold each other: a mark made for the demo, of no clinic there is.
const LOGO: &[u8] = include_bytes!("logo.png");
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
    /// The ports of its web pages: for patients, for staff.
    pub web: [u16; 2],
}

impl Clinic {
    /// Returns its configuration file.
    pub fn config(&self) -> PathBuf {
        self.folder.join("verbund.toml")
    }
    /// Returns the address of one of its sites.
    pub fn url(&self, site: Site) -> String {
        format!("https://localhost:{}", self.web[usize::from(site == Site::Staff)])
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
        web_certificate(folder, now)?;
        fs::write(folder.join("logo.png"), LOGO)?;
        let ports = free_ports(plans.len() * 3)?;
        let mut clinics = Vec::new();
        for (plan, ports) in plans.into_iter().zip(ports.chunks(3)) {
            let clinic = Clinic { folder: folder.join(plan.member.as_str()), plan, port: ports[0], web: [ports[1], ports[2]] };
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

/// One certificate for the web pages of all the demo's clinics, which share this machine. It is good for a year.
fn web_certificate(folder: &Path, now: Timestamp) -> anyhow::Result<()> {
    // Browsers take no Ed25519 here.
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    let mut params = rcgen::CertificateParams::new(vec!["localhost".into(), "127.0.0.1".into(), "::1".into()])?;
    params.distinguished_name.push(rcgen::DnType::CommonName, "Verbund demo");
    let day = |days: i64| time::OffsetDateTime::from_unix_timestamp(now.secs() as i64 + days * 86_400);
    (params.not_before, params.not_after) = (day(-1)?, day(365)?);
    fs::write(folder.join("web.crt"), params.self_signed(&key)?.pem())?;
    Ok(fs::write(folder.join("web.key"), key.serialize_pem())?)
}

/// What the web section of a clinic's configuration says.
fn web(clinic: &Clinic) -> String {
    let site = |name: &str, site: Site, port: u16| {
        format!("\n[web.{name}]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"{}\"\ncertificate = \"../web.crt\"\nprivate_key = \"../web.key\"\n", clinic.url(site))
    };
    format!(
        "\n[web]\nclinic = \"{}\"\nphone = \"089 0000-0 (erfunden)\"\nhours = \"Montag bis Freitag, 8 bis 16 Uhr\"\nlogo = \"../logo.png\"\n{}{}",
        clinic.plan.facility.name,
        site("patient", Site::Patient, clinic.web[0]),
        site("staff", Site::Staff, clinic.web[1])
    )
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
{web}
[[person]]
user = "{user}"
name = "Alex Beispiel"
roles = ["ward", "physician", "social-service", "admissions", "capacity", "it", "privacy-officer"]
"#,
        name = clinic.plan.facility.name,
        web = web(clinic),
    )
}

/// Ports that the demo may take: below those that the system gives to outgoing connections, so that none of these is in the way.
const PORTS: std::ops::Range<u32> = 10_000..32_768;

/// Returns ports that are free on loopback; no two calls of one program return the same, and two programs begin at different places.
///
/// # Errors
/// If there are not so many.
pub fn free_ports(count: usize) -> anyhow::Result<Vec<u16>> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let begin = std::process::id().wrapping_mul(2_654_435_761);
    let mut free = Vec::new();
    for _ in PORTS {
        if free.len() == count {
            return Ok(free);
        }
        let nth = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS.len() as u32;
        let port = u16::try_from(PORTS.start + nth)?;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            free.push(port);
        }
    }
    bail!("there are not {count} free ports on loopback")
}
