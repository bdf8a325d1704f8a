//! `verbund init`: found a node.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use verbund_protocol::{
    certificate::NodeName,
    id::{MemberId, NetworkId, NodeId},
    limits::MAX_NAME,
    membership::Facility,
};

use super::Terminal;
use crate::{
    domain::{config::Config, identity},
    store::key::{DatabaseKey, KeyFile},
};

const EXAMPLE: &str = include_str!("../../../config.example.toml");

/// Make a new node: keys, certificate requests and a configuration file
#[derive(Debug, clap::Args)]
pub struct Init {
    /// Folder for the node; created if it does not exist
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// The network's name, as the cooperative told you
    #[arg(long, value_name = "NAME")]
    network: NetworkId,
    /// Your member id, given by the cooperative
    #[arg(long, value_name = "ID")]
    member: MemberId,
    /// Which of your nodes this is
    #[arg(long, value_name = "ID", default_value = "1")]
    node: NodeId,
    /// Your name as people write it, for the certificate
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// A facility you speak for: "ik=260120196; kind=acute; name=Klinikum; place=Musterstadt; lat=48.1; lon=11.5" (kind: acute, rehab, both); may be repeated
    #[arg(long = "facility", value_name = "LINE")]
    facilities: Vec<Facility>,
    /// Multiaddr to listen on; may be repeated
    #[arg(long, value_name = "ADDR")]
    listen: Vec<String>,
    /// Multiaddr under which others reach this node, such as /dns4/verbund.klinikum.example/tcp/443; may be repeated
    #[arg(long, value_name = "ADDR")]
    announce: Vec<String>,
}

/// What was made.
#[derive(Debug, serde::Serialize)]
struct Founded {
    name: String,
    config: PathBuf,
    auth_csr: PathBuf,
    auth_key: String,
    sign_csr: PathBuf,
    sign_key: String,
    facilities: Option<PathBuf>,
}

impl Init {
    /// Runs the command.
    ///
    /// # Errors
    /// If anything would be overwritten or cannot be written; a folder that was founded before stays as it is.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let founded = self.found()?;
        terminal.show(&founded, |founded, out| {
            writeln!(out, "founded {}", founded.name)?;
            writeln!(out, "  configuration  {}", founded.config.display())?;
            writeln!(out, "  keys           beside the requests; they never leave this machine")?;
            writeln!(out, "send these to the cooperative, and read the key numbers to an officer by telephone:")?;
            writeln!(out, "  {}  key {}", founded.auth_csr.display(), founded.auth_key)?;
            writeln!(out, "  {}  key {}", founded.sign_csr.display(), founded.sign_key)?;
            if let Some(path) = &founded.facilities {
                writeln!(out, "  {}", path.display())?;
            }
            writeln!(out, "then: verbund --config {} join --auth-cert FILE --sign-cert FILE --ca FILE --document FILE", founded.config.display())
        })
    }

    fn found(self) -> anyhow::Result<Founded> {
        let config = self.dir.join("verbund.toml");
        let facilities = (!self.facilities.is_empty()).then(|| self.dir.join("facilities.toml"));
        for path in [Some(&config), facilities.as_ref()].into_iter().flatten() {
            if path.exists() {
                bail!("{} exists already and is not overwritten; choose another folder for a new node", path.display());
            }
        }
        if self.name.trim().is_empty() || self.name.len() > MAX_NAME || self.name.chars().any(char::is_control) {
            return Err(super::usage("--name", format!("the clinic's name has 1 to {MAX_NAME} bytes on one line")));
        }
        let text = self.config_text();
        let node = Config::parse(&text, "the new configuration").context("cannot use what was given on the command line")?.node;
        let name = NodeName { network: self.network, member: self.member, node: self.node };
        let requests = identity::found(&self.dir.join(&node.identity_dir), &name, &self.name)?;
        let data_dir = self.dir.join(&node.data_dir);
        fs::create_dir_all(&data_dir).with_context(|| format!("cannot create {}", data_dir.display()))?;
        KeyFile::new(&self.dir.join(&node.database_key), &data_dir)?.create(&DatabaseKey::generate()?)?;
        if let Some(path) = &facilities {
            identity::write_atomically(path, facilities_text(&self.facilities).as_bytes())?;
        }
        identity::write_atomically(&config, text.as_bytes())?;
        let identity::Requests { auth, sign, auth_csr, sign_csr } = requests;
        Ok(Founded { name: name.to_string(), config, auth_csr, auth_key: auth.to_string(), sign_csr, sign_key: sign.to_string(), facilities })
    }

    /// The commented example with this node's own values.
    fn config_text(&self) -> String {
        let user = nix::unistd::User::from_uid(nix::unistd::getuid()).ok().flatten().map_or_else(|| nix::unistd::getuid().to_string(), |user| user.name);
        let mut values = vec![("network", toml_text(self.network.as_str())), ("member", toml_text(self.member.as_str())), ("node", toml_text(self.node.as_str()))];
        values.extend([("user", toml_text(&user)), ("name", toml_text(&user)), ("roles", r#"["it"]"#.to_owned())]);
        let list = |texts: &[String]| format!("[{}]", texts.iter().map(|text| toml_text(text)).collect::<Vec<_>>().join(", "));
        if !self.listen.is_empty() {
            values.push(("listen", list(&self.listen)));
        }
        if !self.announce.is_empty() {
            values.push(("announce", list(&self.announce)));
        }
        // The web pages need certificates first, so their part waits as a comment.
        let mut web = false;
        let set = |line: &str| {
            web = if line.starts_with('[') { line.starts_with("[web") } else { web };
            if web && !line.is_empty() {
                return format!("# {line}");
            }
            let key = line.split_once(" = ").map(|(key, _)| key);
            let value = values.iter().find(|(name, _)| Some(*name) == key);
            value.map_or_else(|| line.to_owned(), |(name, value)| with_comment(&format!("{name} = {value}"), line))
        };
        let mut text = EXAMPLE.lines().map(set).collect::<Vec<_>>().join("\n");
        text.push('\n');
        text
    }
}

/// Returns `setting` with the comment that stands behind it in the example, in the same column.
fn with_comment(setting: &str, line: &str) -> String {
    line.find(" # ").map_or_else(|| setting.to_owned(), |at| format!("{setting:<at$}{}", &line[at..]))
}

fn facilities_text(facilities: &[Facility]) -> String {
    let degrees = |micro: i32| f64::from(micro) / 1e6;
    let entry = |f: &Facility| {
        let site = f.site.map_or_else(String::new, |site| format!("site = {site}\n"));
        let kind = serde_json::to_string(&f.kind).unwrap_or_default();
        format!(
            "[[facility]]\nik = {}\nname = {}\n{site}kind = {kind}\nlatitude = {:?}\nlongitude = {:?}\nplace = {}\n",
            toml_text(f.ik.as_str()),
            toml_text(&f.name),
            degrees(f.latitude),
            degrees(f.longitude),
            toml_text(&f.place)
        )
    };
    facilities.iter().map(entry).collect::<Vec<_>>().join("\n")
}

/// Returns a text in quotes; JSON's escapes are TOML's too.
fn toml_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Returns the configuration file in a folder that [`Init`] founded.
pub(super) fn config_in(dir: &Path) -> PathBuf {
    dir.join("verbund.toml")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

    fn init(dir: &Path, more: &[&str]) -> anyhow::Result<String> {
        let mut words = vec!["verbund", "init", "--dir", dir.to_str().unwrap(), "--network", "test", "--member", "kh-a", "--name", "Klinikum \"A\""];
        words.extend(more);
        let crate::cli::Verb::Init(command) = Cli::try_parse_from(words)?.command else { unreachable!("the words say init") };
        let mut out = Vec::new();
        command.run(Terminal { config: Path::new("unused"), json: false, out: &mut out })?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_node_is_founded_once() {
        let place = tempfile::tempdir().unwrap();
        let facility = "ik=108310400; kind=rehab; name=Klinik; place=Seestadt; lat=48.5; lon=11.25";
        let said = init(place.path(), &["--facility", facility, "--listen", "/ip4/127.0.0.1/tcp/0"]).unwrap();
        assert!(said.contains("founded urn:verbund:test:kh-a:1"), "{said}");
        let config = Config::load(&config_in(place.path())).unwrap();
        assert!(config.web.patient.is_none(), "web pages come once their certificates are there");
        assert_eq!((config.node.member.as_str(), config.mesh.listen.as_slice()), ("kh-a", ["/ip4/127.0.0.1/tcp/0".to_owned()].as_slice()));
        assert!(fs::read_to_string(place.path().join("facilities.toml")).unwrap().contains("latitude = 48.5"));
        let keys_before = fs::read(place.path().join("identity/auth.key")).unwrap();

        let again = init(place.path(), &[]).unwrap_err().to_string();
        assert!(again.contains("exists already"), "{again}");
        assert_eq!(fs::read(place.path().join("identity/auth.key")).unwrap(), keys_before);
    }

    #[test]
    fn private_files_are_private() {
        use std::os::unix::fs::MetadataExt as _;
        let place = tempfile::tempdir().unwrap();
        init(place.path(), &[]).unwrap();
        for file in ["identity/auth.key", "identity/sign.key", "identity/database.key"] {
            assert_eq!(fs::metadata(place.path().join(file)).unwrap().mode() & 0o777, 0o600, "{file}");
        }
    }

    #[test]
    fn a_wrong_word_is_named() {
        let place = tempfile::tempdir().unwrap();
        let refused = init(place.path(), &["--facility", "ik=1"]).unwrap_err().to_string();
        assert!(refused.contains("nine digits") || refused.contains("needs"), "{refused}");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0, "nothing was written");
    }
}
