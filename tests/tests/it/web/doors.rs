//! Walks the table of all pages: nobody sees what is not theirs.

use verbund_node::{
    cli::demo::browser::Browser,
    domain::{account::Site, actor::Role},
    portal::routes::{ROUTES, Route, Who},
};

use super::{CANARY, House};

fn path(route: &Route, id: &str) -> String {
    route.path.replace("{id}", id).replace("{name}", "nothing.css")
}

#[test]
fn every_page_turns_strangers_away() {
    let house = House::new();
    for site in [Site::Patient, Site::Staff] {
        for route in ROUTES {
            let mut stranger = house.browser(site);
            let path = path(route, "0011223344556677");
            let here = route.sites.contains(&site);
            if !here && ROUTES.iter().any(|other| other.path == route.path && other.method == route.method && other.sites.contains(&site)) {
                continue; // this site's own page of that name has a row of its own
            }
            let post = route.method == "POST";
            let answer = if post { stranger.post(&path, &[("form", "0000")]).unwrap() } else { stranger.ask("GET", &path, &[], b"").unwrap() };
            let said = format!("{} {path} at the {site} site: {}", route.method, answer.status);
            match (here, route.who) {
                // Another method of the same path may exist here, whose row turns away before the method is looked at; a page of the other site does not.
                (false, _) if ROUTES.iter().any(|other| other.path == route.path && other.sites.contains(&site)) => {
                    let led_away = answer.status == 303 && answer.header("location").is_some_and(|to| to.starts_with("/sign-in"));
                    assert!([404, 403].contains(&answer.status) || led_away, "{said}");
                }
                (false, _) => assert_eq!(answer.status, 404, "{said}"),
                (true, Who::Anyone) if route.path == "/assets/{name}" => assert_eq!(answer.status, 404, "{said}"),
                (true, Who::Anyone) if post => assert_eq!(answer.status, 403, "a form without its token: {said}"),
                (true, Who::Anyone) => assert_eq!(answer.status, 200, "{said}"),
                (true, _) => assert!(answer.status == 303 && answer.header("location").unwrap().starts_with("/sign-in"), "{said}"),
            }
            let policy = answer.header("content-security-policy").unwrap_or_default();
            assert!(policy.contains("default-src 'none'") && policy.contains("nonce-") && !policy.contains("unsafe"), "{said}: {policy}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{said}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{said}");
        }
    }
}

#[test]
fn every_page_asks_for_its_role() {
    let mut house = House::new();
    let id = house.patient("Anna").to_string();
    let (mut ward, _) = house.staff("wanda", &[Role::Ward]);
    let (mut it, _) = house.staff("ida", &[Role::It]);
    let (mut nobody, _) = house.staff("nora", &[]);
    let token = |browser: &mut Browser| browser.get("/").unwrap().hidden("form").unwrap();
    for route in ROUTES.iter().filter(|route| route.sites.contains(&Site::Staff)) {
        let Who::Role(roles) = route.who else { continue };
        for (browser, held) in [(&mut ward, Role::Ward), (&mut it, Role::It), (&mut nobody, Role::Capacity)] {
            if roles.contains(&held) {
                continue;
            }
            let path = path(route, &id);
            let form = token(browser);
            let answer = if route.method == "POST" { browser.post(&path, &[("form", &form)]).unwrap() } else { browser.get(&path).unwrap() };
            assert_eq!(answer.status, 403, "{} {path} for {held}", route.method);
            assert!(!answer.text().contains(CANARY), "{} {path} for {held} names a patient", route.method);
        }
    }
    assert!(ward.get(&format!("/patients/{id}")).unwrap().text().contains(CANARY));
}

#[test]
fn what_is_not_there_and_what_is_wrong_look_the_same() {
    let mut house = House::new();
    let (mut ward, _) = house.staff("wanda", &[Role::Ward]);
    for id in ["0011223344556677", "x", "..%2f..", "00112233445566778899"] {
        assert_eq!(ward.get(&format!("/patients/{id}")).unwrap().status, 404, "{id}");
    }
    let form = ward.get("/").unwrap().hidden("form").unwrap();
    for action in ["invite", "letter", "start-over"] {
        let answer = ward.post(&format!("/patients/0011223344556677/{action}"), &[("form", &form), ("card", "seen"), ("code", "2222-2222-2222")]).unwrap();
        assert_eq!(answer.status, 404, "{action}");
    }
    assert_eq!(ward.get("/patients/new/").unwrap().status, 404);
    // A form's address asked for as a page is no page either, and its answer carries the same headers.
    let other_way = ward.get("/sign-out").unwrap();
    assert_eq!(other_way.status, 404, "{}", other_way.text());
    assert!(other_way.header("content-security-policy").is_some_and(|policy| policy.contains("default-src 'none'")));
}

#[test]
fn a_form_counts_only_from_here_and_with_its_token() {
    let mut house = House::new();
    let (mut ward, _) = house.staff("wanda", &[Role::Ward]);
    let form = ward.get("/patients/new").unwrap().hidden("form").unwrap();
    let body = format!("form={form}&family=Muster&given=Maria&birth=3.4.1951");
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let mut post = |headers: &[(&str, &str)], body: &str| ward.ask("POST", "/patients/new", headers, body.as_bytes()).unwrap().status;
    assert_eq!(post(&[kind, ("origin", "https://evil.example")], &body), 403);
    assert_eq!(post(&[kind, ("origin", "null")], &body), 403);
    assert_eq!(post(&[kind], &body), 403, "a browser says where a form comes from");
    assert_eq!(post(&[kind, ("sec-fetch-site", "cross-site")], &body), 403);
    let other = house.browser(Site::Staff).get("/sign-in").unwrap().hidden("form").unwrap();
    let (origin, mut post) =
        (house.browser(Site::Staff).origin, |headers: &[(&str, &str)], body: &str| ward.ask("POST", "/patients/new", headers, body.as_bytes()).unwrap().status);
    assert_eq!(post(&[kind, ("origin", &origin)], &body.replace(&form, &other)), 403, "another visitor's token");
    assert_eq!(post(&[kind, ("origin", &origin)], &format!("{body}&x={}", "x".repeat(70_000))), 413);
    assert_eq!(post(&[kind, ("origin", &origin)], &body), 303);
}

#[test]
fn what_people_type_stays_text() {
    let mut house = House::new();
    let (mut ward, _) = house.staff("wanda", &[Role::Ward]);
    let page = ward.get("/patients/new").unwrap();
    let name = "<script>alert(1)</script>{{7*7}}\" onfocus=\"x";
    let shown = ward.submit(&page, "/patients/new", &[("family", name), ("given", "Maria"), ("birth", "3.4.1951")]).unwrap();
    assert!(shown.status == 200 && !shown.text().contains("<script>alert") && shown.text().contains("{{7*7}}") && shown.text().contains("&#60;script&#62;"), "{}", shown.text());
    let wrong = ward.submit(&page, "/patients/new", &[("family", name), ("given", "Maria"), ("birth", "kein Datum")]).unwrap();
    assert!(wrong.text().contains("role=\"alert\"") && !wrong.text().contains("\" onfocus"), "{}", wrong.text());
    assert!(wrong.text().contains("value=\"kein Datum\""), "what was typed is still there");
}

#[test]
fn a_letter_is_printed_for_its_code_only() {
    let mut house = House::new();
    let id = house.patient("Anna");
    let (mut ward, _) = house.staff("wanda", &[Role::Ward]);
    let page = ward.get(&format!("/patients/{id}")).unwrap();
    let invited = ward.submit(&page, &format!("/patients/{id}/invite"), &[]).unwrap();
    let code = invited.hidden("code").unwrap();
    let letter = ward.submit(&invited, &format!("/patients/{id}/letter"), &[("code", &code)]).unwrap();
    assert!(letter.header("content-type") == Some("application/pdf") && letter.body.starts_with(b"%PDF"));
    if let Ok(folder) = std::env::var("VERBUND_PICTURES") {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(format!("{folder}/letter.pdf"), &letter.body).unwrap();
    }
    let other = ward.submit(&invited, &format!("/patients/{id}/letter"), &[("code", "2222-2222-2222")]).unwrap();
    assert_eq!(other.status, 404);
    // The address of no page names anybody, and neither does the log.
    assert!(!house.town.node(0).log().contains(CANARY));
}

#[test]
fn a_new_certificate_is_served_without_a_restart_and_a_broken_one_never() {
    let mut house = House::new();
    let folder = house.town.village.folder.clone();
    let old = house.browser(Site::Patient);
    assert_eq!(old.clone().get("/sign-in").unwrap().status, 200);
    std::fs::copy(folder.join("web.crt"), folder.join("former.crt")).unwrap();
    std::fs::write(folder.join("web.crt"), "no certificate").unwrap();
    let said = |house: &mut House, words: &str| {
        // The files are looked at when somebody comes, every few seconds at most.
        super::super::trust::eventually(words, || {
            let _ = old.clone().get("/sign-in");
            house.town.node(0).log().contains(words).then_some(())
        });
    };
    said(&mut house, "the former one stays");
    assert_eq!(old.clone().get("/sign-in").unwrap().status, 200, "the former one still serves");
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let params = rcgen::CertificateParams::new(vec!["localhost".into()]).unwrap();
    std::fs::write(folder.join("web.key"), key.serialize_pem()).unwrap();
    std::fs::write(folder.join("web.crt"), params.self_signed(&key).unwrap().pem()).unwrap();
    said(&mut house, "web certificate read again");
    assert_eq!(house.browser(Site::Patient).get("/sign-in").unwrap().status, 200);
    // A new visitor, since one who comes back may resume the session without seeing a certificate.
    let mut former = Browser::new(&old.origin, &folder.join("former.crt")).unwrap();
    assert!(former.get("/sign-in").is_err(), "who trusts only the former certificate is not served by it any more");
}
