//! Where a request came from: what a trusted proxy adds counts, and what anybody may write does not.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};
use verbund_node::{
    cli::demo::browser::{Answer, Browser},
    domain::account::{Counted, Site},
    runtime::service::now,
    store::account::attempt,
};
use verbund_tests::town::Town;

use super::House;

/// Where the attempts of these tests come from, as the node counts it.
const WARD: &str = "203.0.113";
/// The proxy's own network: the tests' own machine.
const PROXY: &str = "127.0.0";
/// More failures of one network than are free.
const TOO_MANY: u32 = 210;

/// One clinic whose staff's site stands behind a proxy on this machine; the patients' site does not.
fn house() -> House {
    let mut town = Town::found(1, 40);
    let config = town.village.clinics[0].config();
    let text = fs::read_to_string(&config).unwrap();
    assert!(text.contains("[web.staff]\n"), "{text}");
    fs::write(&config, text.replace("[web.staff]\n", "[web.staff]\ntrusted_proxies = [\"127.0.0.1\", \"203.0.113.200\"]\n")).unwrap();
    town.launch(0);
    town.wait_ready(0);
    House { town, at: 0 }
}

/// Fails to sign in as somebody who is not there, with headers of a proxy. Nobody is tried twice: only the network is counted further.
struct Guesser {
    browser: Browser,
    tries: usize,
}

impl Guesser {
    fn new(house: &House, site: Site) -> Self {
        Self { browser: house.browser(site), tries: 0 }
    }

    fn guess(&mut self, forwarded: &[&str]) -> Answer {
        self.tries += 1;
        let page = self.browser.get("/sign-in").unwrap();
        let body = format!("form={}&login=niemand-{}&password=falsch+falsch+falsch", page.hidden("form").unwrap(), self.tries);
        let origin = self.browser.origin.clone();
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded"), ("origin", origin.as_str())];
        headers.extend(forwarded.iter().map(|value| ("x-forwarded-for", *value)));
        self.browser.ask("POST", "/sign-in", &headers, body.as_bytes()).unwrap()
    }

    /// Returns whether an attempt from there is told to wait.
    fn waits(&mut self, forwarded: &[&str]) -> bool {
        let answer = self.guess(forwarded);
        let text = answer.text();
        assert!(answer.status == 200 && text.contains("role=\"alert\""), "{} {text}", answer.status);
        text.contains("zu viele Versuche")
    }
}

/// How many failures a network of the stopped node has.
fn failures(house: &House, network: &str) -> u32 {
    let mut found = 0;
    house.open(|db| found = attempt::count(db, &Counted::Network(network).key()).unwrap().map_or(0, |(failures, _)| failures));
    found
}

#[test]
fn attempts_are_counted_by_the_network_that_the_proxy_names() {
    let mut house = house();
    let (mut staff, mut patient) = (Guesser::new(&house, Site::Staff), Guesser::new(&house, Site::Patient));
    // What counts for the ward, however it is written: alone, at the end of what the browser itself claims, through two proxies, in two headers.
    for forwarded in [
        &["203.0.113.9"][..],
        &["198.51.100.7, 203.0.113.77"],
        &["198.51.100.7, 203.0.113.9,203.0.113.200"],
        &["198.51.100.7", " 203.0.113.9 "],
        &["unfug, 203.0.113.9"],
        &["198.51.100.7, <script>, 203.0.113.9"],
        &["::ffff:203.0.113.9"],
    ] {
        staff.guess(forwarded);
    }
    // What names nobody counts for the proxy: nothing, nonsense, and what stands before nonsense.
    let (nothing, commas): (&[&str], _) = (&[], ",".repeat(4_000));
    for forwarded in [nothing, &[""], &["unfug"], &["203.0.113.9, unfug"], &["203.0.113.9,"], &["203.0.113.9:4711"], &["\u{fc}"], &[commas.as_str()]] {
        staff.guess(forwarded);
    }
    staff.guess(&["2001:db8:1:2ff::1"]);
    // Nobody at the patients' site is a proxy: there the same words are anybody's.
    for forwarded in [&["203.0.113.9"][..], &["127.0.0.1, 203.0.113.9"]] {
        patient.guess(forwarded);
    }
    house.town.kill(0);
    let counted = [WARD, PROXY, "198.51.100", "20010db8000102"].map(|network| failures(&house, network));
    assert_eq!(counted, [7, 8 + 2, 0, 1], "by the ward, by the proxy's own address, by what browsers claim, by half a network of the sixth version");
}

#[test]
fn whom_the_proxy_names_waits_and_nobody_else() {
    let mut house = house();
    house.town.kill(0);
    house.open(|db| attempt::set(db, &Counted::Network(WARD).key(), TOO_MANY, now()).unwrap());
    house.town.restart(0);
    let (mut staff, mut patient) = (Guesser::new(&house, Site::Staff), Guesser::new(&house, Site::Patient));
    assert!(staff.waits(&["203.0.113.9"]), "the ward has tried too often");
    assert!(staff.waits(&["198.51.100.7, 203.0.113.9"]), "and claiming to be somebody else helps nobody");
    assert!(staff.waits(&["198.51.100.7, x, 203.0.113.9"]));
    assert!(!staff.waits(&["198.51.100.7"]), "another network does not wait");
    assert!(!staff.waits(&["203.0.113.9, 198.51.100.7"]), "what the browser claims locks out no ward");
    assert!(!staff.waits(&["203.0.113.9, x"]));
    assert!(!patient.waits(&["203.0.113.9"]), "and where nobody is a proxy it is not even read");
}

/// Half of the connections that a site takes at once.
const SHARE: usize = 512;

/// Connects from an address of this machine.
async fn knock(from: Ipv4Addr, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((IpAddr::V4(from), 0).into()).unwrap();
    socket.connect(to).await.unwrap()
}

/// Returns whether who is there answers: to something that is not TLS, with an alert.
async fn is_answered(mut line: TcpStream) -> bool {
    let mut answer = [0; 1];
    line.write_all(b"GET / HTTP/1.1\r\n\r\n").await.is_ok() && line.read(&mut answer).await.is_ok_and(|read| read > 0)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_takes_no_connections_from_the_others() {
    let house = House::new();
    let mut browser = house.browser(Site::Patient);
    let port = browser.origin.rsplit(':').next().unwrap().parse().unwrap();
    let (site, greedy) = (SocketAddr::from((Ipv4Addr::LOCALHOST, port)), Ipv4Addr::new(127, 0, 0, 2));
    let mut held = Vec::new();
    for _ in 0..SHARE {
        held.push(knock(greedy, site).await);
    }
    assert!(!is_answered(knock(greedy, site).await).await, "its share is used up");
    assert!(is_answered(knock(Ipv4Addr::new(127, 0, 0, 3), site).await).await, "its neighbour has one of its own");
    assert_eq!(tokio::task::block_in_place(|| browser.get("/sign-in")).unwrap().status, 200);
    drop(held);
    // The node hears of the ends by and by.
    let begun = Instant::now();
    while !is_answered(knock(greedy, site).await).await {
        assert!(begun.elapsed() < Duration::from_secs(60), "its share never comes back");
    }
}
