//! The readers of the web pages: fields of forms, forms with a file, what scripts send of passkeys. Behind them is a whole site with a real
//! core; a member of staff with every role is signed in, so that the readers and not the guard decide.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::Arc,
};

use tokio::net::TcpListener;
use verbund_node::{
    domain::{
        account::{Login, Site, Token},
        actor::{Actor, Role},
        config::web::{SiteSection, WebSection},
        identity::Validity,
    },
    portal::{Clinic, Node, Portal, guard},
    workflow::{
        Work, WorkError,
        account::{
            self, From, Tried,
            invite::{self, Knows},
            setup, staff,
        },
        patient,
    },
};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{
    Run, Target,
    doors::{House, PATIENCE},
};

pub(super) const TARGETS: &[Target] = &[
    Target { name: "web-form", brief: 200, seeds: forms, make: read_forms },
    Target { name: "web-upload", brief: 80, seeds: uploads, make: read_uploads },
    Target { name: "web-passkey", brief: 80, seeds: passkeys, make: read_passkeys },
];

/// Pages with forms; `{id}` is the patient. None hashes a password, ends the session or changes who may sign in.
const FORMS: &[(&str, &str)] = &[
    ("/patients", "name=mus&birth_date=1951-04-03&kvnr=A123456780&case_number=7"),
    ("/patients/new", "family=Muster&given=Max&birth_date=1951-04-03&gender=male&phone=0821+1&case_number=8"),
    ("/patients/{id}/purpose", "purpose=complaint&words=Anfrage"),
    ("/patients/{id}/mail", "address=max%40example.de"),
    ("/patients/{id}/message", "team=0011223344556677&text=Guten+Tag"),
    ("/patients/{id}/case", "variant=rehab&discharge=2026-12-01"),
    ("/absence", "until=2026-12-01"),
    ("/invitation", "code=ABCD-EFGH-JKMN&login=ben&birth_date=1951-04-03"),
    ("/rules/new", "name=Niemand&reason=care-need&mobility=4&mobility=5"),
    ("/capacity/new", "facility=108310400&department=2300&name=Reha&beds=40&indication=1"),
    ("/capacity", "seen=0&108310400-2300-0=3&108310400-2300-1=2"),
    ("/audit", "action=patient.&actor=sim&from=2026-11-01&until=2026-12-01"),
    ("/teams", "german=Haus&english=House&role=ward&hours=24&weekends=on"),
    ("/language", "language=en&to=%2Fpatients"),
];

fn forms() -> Vec<Vec<u8>> {
    FORMS.iter().enumerate().map(|(which, (_, body))| [&[which as u8], body.as_bytes()].concat()).collect()
}

/// The border between the parts of a form with a file.
const BORDER: &str = "zwischen";

fn part(name: &str, more: &str, content: &[u8]) -> Vec<u8> {
    [format!("--{BORDER}\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n").as_bytes(), content, b"\r\n"].concat()
}

/// What follows the token: fields, and files of several kinds.
fn uploads() -> Vec<Vec<u8>> {
    let files: [(&str, &[u8]); 5] = [
        ("brief.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"),
        ("bild.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\0IEND\xaeB`\x82"),
        ("bild.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9"),
        ("text.html", b"<html><script>1</script></html>"),
        ("", b""),
    ];
    let form = |(name, bytes): (&str, &[u8])| {
        let fields = [part("kind", "", b"AD010115"), part("title", "", b"Entlassungsbericht")].concat();
        let file = part("file", &format!("; filename=\"{name}\"\r\nContent-Type: application/pdf"), bytes);
        [fields, file, format!("--{BORDER}--\r\n").into_bytes()].concat()
    };
    files.map(form).to_vec()
}

/// Stands for the name of a ceremony that has just begun.
const CEREMONY: &str = "CEREMONY";

/// What a browser's script sends after the two ceremonies.
fn passkeys() -> Vec<Vec<u8>> {
    let register = r#"{"ceremony":"CEREMONY","answer":{"id":"AAAA","rawId":"AAAA","response":{"attestationObject":"o2NmbXRkbm9uZQ","clientDataJSON":"e30","transports":["internal"]},"type":"public-key","extensions":{}}}"#;
    let sign_in = r#"{"ceremony":"CEREMONY","answer":{"id":"AAAA","rawId":"AAAA","response":{"authenticatorData":"AAAA","clientDataJSON":"e30","signature":"AAAA","userHandle":"AAAA"},"type":"public-key","extensions":{}}}"#;
    [register, sign_in].into_iter().flat_map(|text| [0, 1].map(|which| [&[which], text.as_bytes()].concat())).collect()
}

/// A site of the staff's, with somebody signed in.
struct Pages {
    _house: House,
    address: SocketAddr,
    cookie: String,
    token: String,
    patient: LocalId,
}

const LOGIN: &str = "sim";

/// Makes an account with every role and signs it in. Returns the session's token and what its forms carry.
fn signed_in(work: &mut Work<'_>) -> Result<(Token, String), WorkError> {
    let from = From { site: Site::Staff, device: "Firefox, Linux".into(), browser: [7; 16], network: "10.0.0".into() };
    let login: Login = LOGIN.parse().map_err(|_| WorkError::NotFound("login"))?;
    let roles = Role::ALL.into_iter().filter(|role| *role != Role::It).collect::<Vec<_>>();
    let code = staff::add(work, &login, "Sim Beispiel", &roles)?.code;
    let Tried::Right(token) = invite::redeem(work, &code, &Knows::Login(login.clone()), &from)? else { return Err(WorkError::NotFound("invitation")) };
    let visit = |work: &Work<'_>, token: &Token| account::arrive(work.db, token, Site::Staff, "/", work.now).map(|arrival| arrival.map(|arrival| arrival.visit));
    let setting_up = visit(work, &token)?.ok_or(WorkError::NotFound("session"))?;
    setup::password(work, &setting_up, &login, "a hash")?;
    setup::codes(work, &setting_up)?;
    let token = setup::finish(work, &setting_up, &from)?.ok_or(WorkError::NotFound("session"))?;
    let csrf = visit(work, &token)?.ok_or(WorkError::NotFound("session"))?.session.csrf;
    Ok((token, guard::hex(&csrf)))
}

impl Pages {
    fn open() -> Self {
        let house = House::open();
        let section = SiteSection {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: "https://intern.klinik.example".into(),
            certificate: "web.crt".into(),
            private_key: "web.key".into(),
            trusted_proxies: vec![],
        };
        let certificates = Validity { from: Timestamp(0), until: Timestamp(u64::MAX >> 1) };
        let node = Arc::new(Node { member: "sim".into(), certificates, web: WebSection { staff: Some(section.clone()), ..WebSection::default() } });
        let portal = Portal::new(Site::Staff, &section, node, Arc::new(Clinic::default()), house.desk.clone(), [7; 32]).expect("a good site");
        let it = Actor::Person { name: "Sim".into(), roles: Role::ALL.to_vec() };
        let (session, token) = house.runtime.block_on(house.desk.ask(&it, signed_in)).expect("an account");
        let person = serde_json::from_value(serde_json::json!({"family": "Muster", "given": "Vera", "birth_date": "1951-04-03"})).expect("a person");
        let patient = house.runtime.block_on(house.desk.ask(&it, move |work| patient::add(work, &person).map(|patient| patient.id))).expect("a patient");
        let listener = house.runtime.block_on(TcpListener::bind(section.listen)).expect("a free port");
        let address = listener.local_addr().expect("bound");
        let cookie = guard::session_cookie(&portal, &session).split(';').next().unwrap_or_default().to_owned();
        house.runtime.spawn(async move { axum::serve(listener, portal.router()).await });
        Self { _house: house, address, cookie, token, patient }
    }

    /// Sends a form and returns the answer: its head, and its page.
    fn answered(&self, path: &str, kind: &str, body: &[u8]) -> (String, String) {
        let path = path.replace("{id}", &self.patient.to_string());
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: intern.klinik.example\r\nOrigin: https://intern.klinik.example\r\nConnection: close\r\nCookie: {}\r\nX-Form: {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            self.cookie,
            self.token,
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).expect("the site is open");
        stream.set_read_timeout(Some(PATIENCE)).expect("a span");
        // It may have said already that this is too much.
        let _ = stream.write_all(&[head.as_bytes(), body].concat());
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("the site answers and closes");
        let text = String::from_utf8_lossy(&answer);
        let (head, page) = text.split_once("\r\n\r\n").expect("an answer has a head");
        (head.to_owned(), page.to_owned())
    }

    /// Sends a form and returns how it went as a word.
    fn send(&self, path: &str, kind: &str, body: &[u8]) -> String {
        let (head, page) = self.answered(path, kind, body);
        let status = head.split(' ').nth(1).unwrap_or_default();
        assert!(!status.is_empty() && status != "500", "{path}: the site fails on a form: {head}");
        let to = head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default();
        // What is wrong stands in the page; how much is said tells ways apart.
        let said = page.matches("field-error").count() + page.matches("role=\"alert\"").count();
        format!("{status} {to} {}", "x".repeat(said))
    }
}

fn read_forms() -> Run {
    let pages = Pages::open();
    Box::new(move |input| {
        let Some((which, typed)) = input.split_first() else { return "nothing".into() };
        let (path, _) = FORMS[usize::from(*which) % FORMS.len()];
        let body = [b"form=", pages.token.as_bytes(), b"&", typed].concat();
        format!("{path} {}", pages.send(path, "application/x-www-form-urlencoded", &body))
    })
}

fn read_uploads() -> Run {
    let pages = Pages::open();
    Box::new(move |input| {
        let body = [part("form", "", pages.token.as_bytes()), input.to_vec()].concat();
        pages.send("/patients/{id}/documents", &format!("multipart/form-data; boundary={BORDER}"), &body)
    })
}

fn read_passkeys() -> Run {
    let pages = Pages::open();
    Box::new(move |input| {
        let Some((which, said)) = input.split_first() else { return "nothing".into() };
        let path = ["/setup/passkey", "/sign-in/passkey"][usize::from(*which) % 2];
        let (_, begun) = pages.answered(&format!("{path}/begin"), "application/json", b"{}");
        let ceremony = begun.split_once("\"ceremony\":\"").and_then(|(_, rest)| rest.split('"').next()).expect("a ceremony begins");
        let said = match String::from_utf8(said.to_vec()) {
            Ok(text) => text.replacen(CEREMONY, ceremony, 1).into_bytes(),
            Err(_) => said.to_vec(),
        };
        format!("{path} {}", pages.send(&format!("{path}/finish"), "application/json", &said))
    })
}
