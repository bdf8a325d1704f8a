//! What somebody puts into an address, a field or the name of a file stays there: no header, no other site, nobody else's cookie comes of it.

use verbund_node::{
    cli::demo::browser::{Answer, Browser},
    domain::{account::Site, actor::Role},
};

use super::{
    House,
    papers::{PDF, form, stored},
    type_password,
};

/// A line end, and what would be a header after it.
const SPLIT: [&str; 3] = ["/patients\r\nx-evil: 1", "\r\nx-evil: 1\r\n\r\n<script>", "/patients\nx-evil: 1"];

/// Asserts that an answer holds no header that was put into it.
fn whole(answer: &Answer, what: &str) {
    assert!(answer.status < 500, "{what:?}: {}", answer.status);
    assert!(!answer.headers.iter().any(|(name, value)| name == "x-evil" || value.contains("x-evil")), "{what:?}: {:?}", answer.headers);
}

/// Returns a text as an address carries it.
fn in_address(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

#[test]
fn line_ends_make_no_headers() {
    let mut house = House::new();
    let patient = house.patient("Erna");
    let (mut wanda, login) = house.staff("wanda", &[Role::Ward]);
    for text in SPLIT {
        let mut stranger = house.browser(Site::Staff);
        let page = stranger.ask("GET", &format!("/sign-in?next={}", in_address(text)), &[], b"").unwrap();
        whole(&page, text);
        assert_eq!((page.status, page.hidden("next").as_deref()), (200, Some("")), "{text:?}");
        let token = page.hidden("form").unwrap();
        let answer = stranger.post("/sign-in", &[("form", &token), ("login", &login.user), ("password", &login.password), ("next", text)]).unwrap();
        whole(&answer, text);
        assert_eq!(answer.header("location"), Some("/sign-in/second"), "{text:?}");
        let page = wanda.get("/patients").unwrap();
        let answer = wanda.post("/language", &[("form", &page.hidden("form").unwrap()), ("language", "de"), ("back", text)]).unwrap();
        whole(&answer, text);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{text:?}");
        let shown = wanda.ask("GET", &format!("/patients/{patient}/purpose?next={}", in_address(text)), &[], b"").unwrap();
        whole(&shown, text);
        assert!(!shown.text().contains("x-evil"), "{text:?}");
    }
}

#[test]
fn names_of_files_and_titles_make_no_headers() {
    let mut house = House::new();
    let patient = house.patient("Erna");
    let (mut wanda, _) = house.staff("wanda", &[Role::Ward]);
    let path = format!("/patients/{patient}/documents");
    let token = wanda.get(&path).unwrap().hidden("form").unwrap();
    let origin = wanda.origin.clone();
    let mut send = |body: &[u8]| wanda.ask("POST", &path, &[("content-type", "multipart/form-data; boundary=----verbund"), ("origin", &origin)], body).unwrap();
    for title in SPLIT {
        let answer = send(&form(&[("form", &token), ("kind", "ED110112"), ("title", title)], Some(("brief.pdf", PDF))));
        whole(&answer, title);
        assert!(answer.status == 200 && answer.text().contains("role=\"alert\""), "a title is one line: {}", answer.text());
    }
    assert_eq!(stored(&house), 0);
    for name in ["brief.pdf\r\nx-evil: 1", "brief\"; x=\"\r\n\r\nx-evil: 1.pdf", "a\nx-evil: 1.pdf", "brief.pdf\\\" x-evil"] {
        whole(&send(&form(&[("form", &token), ("kind", "ED110112"), ("title", "Brief")], Some((name, PDF)))), name);
    }
    let list = wanda.get(&path).unwrap().text();
    assert!(!list.contains("x-evil"), "nobody is told what a file was called: {list}");
    for link in list.split("href=\"/documents/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let document = wanda.get(&format!("/documents/{link}")).unwrap();
        whole(&document, link);
        assert_eq!(document.header("content-disposition"), Some("inline; filename=\"dokument.pdf\""));
    }
}

#[test]
fn choosing_a_language_leads_to_no_other_site() {
    let mut house = House::new();
    let (_, erna, _) = house.visitor("erna");
    let (wanda, _) = house.staff("wanda", &[Role::Ward]);
    let outside = [
        "//evil.example",
        "///evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\evil.example",
        "\\\\evil.example",
        "/%5cevil.example",
        "/sign-in@evil.example",
        "/setup://evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
    ];
    let led = |browser: &mut Browser, page: &str, back: &str| {
        let token = browser.get(page).unwrap().hidden("form").unwrap();
        let answer = browser.post("/language", &[("form", &token), ("language", "en"), ("back", back)]).unwrap();
        assert_eq!(answer.status, 303);
        answer.header("location").unwrap().to_owned()
    };
    for mut browser in [erna, wanda] {
        let mut stranger = house.browser(Site::Staff);
        for back in outside {
            assert_eq!((led(&mut browser, "/access", back), led(&mut stranger, "/sign-in", back)), ("/".into(), "/".into()), "{back}");
        }
        assert_eq!(led(&mut browser, "/access", "/access"), "/access");
        assert_eq!(led(&mut stranger, "/sign-in", "/sign-in"), "/sign-in");
    }
}

/// Gives two browsers the same cookies, as one browser has for all ports of a host.
fn share(one: &mut Browser, other: &mut Browser) {
    one.cookies.extend(other.cookies.clone());
    other.cookies.clone_from(&one.cookies);
}

/// One browser at two clinics, or at both sites of one, on the same host is signed in everywhere, and signs out of each alone.
#[test]
fn clinics_on_one_host_keep_their_cookies_apart() {
    let mut house = House::of(2);
    let (_, mut here, _) = house.visitor("erna");
    let (mut ward, _) = house.staff("wanda", &[Role::Ward]);
    house.at = 1;
    let (_, mut there, login) = house.visitor("frieda");
    assert_ne!(here.origin, there.origin);
    share(&mut here, &mut there);
    share(&mut here, &mut ward);
    share(&mut here, &mut there);
    assert!(here.get("/").unwrap().text().contains("erna") && there.get("/").unwrap().text().contains("frieda") && ward.get("/").unwrap().text().contains("wanda"));
    // Signing in once more at one of them changes nothing for the others.
    let mut again = house.browser(Site::Patient);
    again.cookies = there.cookies.clone();
    share(&mut here, &mut again);
    assert_eq!(type_password(&mut again, &login.user, &login.password).path, "/sign-in/second");
    share(&mut again, &mut here);
    assert!(here.get("/").unwrap().text().contains("erna"));
    let page = there.get("/access").unwrap();
    assert!(there.submit(&page, "/sign-out", &[]).unwrap().path.starts_with("/sign-in"));
    assert!(here.get("/").unwrap().text().contains("erna") && ward.get("/").unwrap().text().contains("wanda"));
    assert!(there.get("/").unwrap().path.starts_with("/sign-in"));
}
