//! Who is refused, and that both sides are told why: real nodes as processes, met by `openssl s_client`, by impostors that
//! use the node's own mesh with papers that are not in order, and by each other.

mod first;
mod gate;
mod impostor;
mod live;
mod openssl;
mod records;

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use verbund_certs::testing::Profile;
use verbund_node::runtime::service::now;
use verbund_protocol::{
    cbor,
    certificate::{NodeName, Purpose},
    membership::{NetworkDocument, SignedDocument},
    sign::{Kind, MultiSigned, SecretKey},
};
use verbund_tests::town::Town;

/// How long anything here may take before it counts as not happening.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until `holds` returns something, looking again and again; panics with `what` after [`PATIENCE`].
pub(super) fn eventually<T>(what: &str, mut holds: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(value) = holds() {
            return value;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("never came: {what}");
}

/// A reading position in a node's log.
struct LogFrom(usize);

impl LogFrom {
    fn end(town: &mut Town, at: usize) -> Self {
        Self(town.node(at).log().len())
    }
    /// Waits for a new line that holds all of `words`.
    fn expect(&self, town: &mut Town, at: usize, words: &[&str]) -> String {
        let log = |town: &mut Town| town.node(at).log().get(self.0..).unwrap_or_default().to_owned();
        let begun = Instant::now();
        loop {
            let new = log(town);
            if let Some(line) = new.lines().find(|line| words.iter().all(|word| line.contains(word))) {
                return line.to_owned();
            }
            assert!(begun.elapsed() < PATIENCE, "no line with {words:?} in the log of clinic {at}:\n{new}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn name(town: &Town, at: usize) -> NodeName {
    NodeName { network: town.village.network.clone(), member: town.village.clinics[at].plan.member.clone(), node: "1".parse().unwrap() }
}

fn identity_file(town: &Town, at: usize, file: &str) -> PathBuf {
    town.village.clinics[at].folder.join("identity").join(file)
}

fn key(town: &Town, at: usize, purpose: Purpose) -> SecretKey {
    SecretKey::from_pem(&fs::read_to_string(identity_file(town, at, &format!("{purpose}.key"))).unwrap()).unwrap()
}

/// Returns a certificate of clinic `at` that departs from the profile as `change` says, by the network's own authority.
fn wrong_certificate(town: &Town, at: usize, change: impl FnOnce(&mut Profile)) -> String {
    let request = fs::read_to_string(identity_file(town, at, "auth.csr")).unwrap();
    let mut profile = Profile::of(Purpose::Auth, now());
    change(&mut profile);
    town.village.authority.issue_wrong(&request, profile).unwrap()
}

fn expired(profile: &mut Profile) {
    // The authority itself is five minutes old by its own certificate.
    (profile.not_before, profile.not_after) = (now().minus(Duration::from_secs(240)), now().minus(Duration::from_secs(60)));
}

fn not_yet_valid(profile: &mut Profile) {
    profile.not_before = now().plus(Duration::from_secs(86_400));
}

/// Returns `document` signed by `keys`.
fn signed(document: &NetworkDocument, keys: &[&SecretKey]) -> SignedDocument {
    let mut signed = MultiSigned::new(cbor::write(document));
    keys.iter().for_each(|key| signed.add_signature(&document.network, Kind::NetworkDocument, key));
    SignedDocument::read(&document.network, &signed.to_bytes()).unwrap()
}

/// Returns the published network document.
fn published(town: &Town) -> SignedDocument {
    town.village.authority.published().unwrap().clone()
}
