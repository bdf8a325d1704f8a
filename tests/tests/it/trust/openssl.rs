//! A node met by `openssl s_client`: the diagnosis that any administrator has at hand.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use verbund_certs::{Authority, NewAuthority, new_key, testing};
use verbund_tests::town::Town;

use super::*;

/// What the other side presents.
enum Papers {
    None,
    /// A certificate (PEM) and the file of its key.
    Certificate(String, PathBuf),
}

struct Case {
    who: &'static str,
    papers: Papers,
    /// Further words for `s_client`.
    more: &'static [&'static str],
    /// What the node's log says.
    log: &'static str,
    /// What `s_client` prints.
    alert: &'static str,
}

fn s_client(folder: &Path, port: u16, ca: &Path, papers: &Papers, more: &[&str]) -> String {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-connect", &format!("127.0.0.1:{port}"), "-servername", "member.verbund", "-ign_eof", "-CAfile"]).arg(ca).args(more);
    if let Papers::Certificate(pem, key) = papers {
        let file = folder.join("presented.pem");
        fs::write(&file, pem).unwrap();
        command.arg("-cert").arg(file).arg("-key").arg(key);
    }
    let output = command.stdin(Stdio::null()).output().expect("openssl is installed");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

const ALPN: &[&str] = &["-alpn", "verbund/1"];

fn cases(town: &Town) -> Vec<Case> {
    let auth_key = identity_file(town, 1, "auth.key");
    let (network, node) = (town.village.network.clone(), name(town, 1));
    let elsewhere = tempfile::tempdir().unwrap();
    let namesake = |network: &str| {
        let new = NewAuthority { network: network.parse().unwrap(), board: vec![new_key().public()], threshold: 1 };
        Authority::create(&elsewhere.path().join(network), new, now()).unwrap()
    };
    let stranger = key(town, 1, Purpose::Auth);
    let foreign_name = NodeName { network: "elsewhere".parse().unwrap(), ..node.clone() };
    let foreign = namesake("elsewhere").issue(&testing::request(&foreign_name, "Fremd", Purpose::Auth, &stranger), now()).unwrap().pem;
    let same_name = namesake(network.as_str()).issue(&testing::request(&node, "Fremd", Purpose::Auth, &stranger), now()).unwrap().pem;
    let own = testing::self_signed(&node, "Selbst", &stranger, Profile::of(Purpose::Auth, now()));
    let sign = fs::read_to_string(identity_file(town, 1, "sign.pem")).unwrap();
    let with = |pem: String| Papers::Certificate(pem, auth_key.clone());
    let case = |who, papers, log, alert| Case { who, papers, more: ALPN, log, alert };
    vec![
        case("a stranger without a certificate", Papers::None, "presented no certificate", "alert number 116"),
        case("someone with a self-signed certificate", with(own), "self-signed", "alert number 48"),
        case("a member of another network", with(foreign), "not issued by an authority of network demo", "alert number 48"),
        case("an authority of the same name", with(same_name), "signature on the certificate does not match", "alert number 51"),
        case("a member whose certificate expired", with(wrong_certificate(town, 1, expired)), "the certificate expired at", "alert number 45"),
        case("a member whose certificate is for later", with(wrong_certificate(town, 1, not_yet_valid)), "is not valid before", "alert number 45"),
        case("a certificate without extended key usage", with(wrong_certificate(town, 1, |p| p.extended_key_usages.clear())), "extended key usage is missing", "alert number 43"),
        case(
            "a certificate with another key usage",
            with(wrong_certificate(town, 1, |p| p.key_usages.push(testing::KeyUsagePurpose::KeyCertSign))),
            "key usage is not the one",
            "alert number 43",
        ),
        case("the sign certificate", Papers::Certificate(sign, identity_file(town, 1, "sign.key")), "a certificate for sign is used for auth", "alert number 43"),
        Case { who: "a client of an older TLS", papers: Papers::None, more: &["-alpn", "verbund/1", "-tls1_2"], log: "no TLS 1.3 handshake", alert: "alert number 70" },
        Case { who: "a client of another protocol", papers: Papers::None, more: &["-alpn", "h2"], log: "no TLS 1.3 handshake", alert: "alert number 120" },
    ]
}

#[test]
fn openssl_is_told_why_it_is_refused_and_so_is_the_log() {
    let mut town = Town::found(2, 20);
    town.launch(0);
    town.wait_ready(0);
    let (port, ca) = (town.village.clinics[0].port, town.village.authority.certificate_path());
    for case in cases(&town) {
        let from = LogFrom::end(&mut town, 0);
        let said = s_client(town.place(), port, &ca, &case.papers, case.more);
        assert!(said.contains(case.alert), "{}: {} in\n{said}", case.who, case.alert);
        from.expect(&mut town, 0, &["connection refused", case.log]);
    }
}

#[test]
fn openssl_with_a_members_papers_sees_what_it_should() {
    let mut town = Town::found(2, 20);
    town.launch(0);
    town.wait_ready(0);
    let papers = Papers::Certificate(fs::read_to_string(identity_file(&town, 1, "auth.pem")).unwrap(), identity_file(&town, 1, "auth.key"));
    let (port, ca) = (town.village.clinics[0].port, town.village.authority.certificate_path());
    let said = s_client(town.place(), port, &ca, &papers, &["-alpn", "verbund/1", "-verify_return_error", "-verify_hostname", "member.verbund"]);
    for words in ["Verification: OK", "Verified peername: member.verbund", "TLSv1.3", "TLS_AES_256_GCM_SHA384", "ALPN protocol: verbund/1", "verbund/1\n"] {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    assert!(!said.contains("New Session Ticket"), "no session is ever resumed, so nobody skips the check:\n{said}");
}
