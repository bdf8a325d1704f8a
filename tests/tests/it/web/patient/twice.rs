//! Forms that a patient, or staff for a patient, sends twice: what they do is done once, or the page says why it is not done.

use verbund_node::domain::{account::Site, actor::Role};

use super::{HERE, House, Stay};

#[test]
fn a_choice_that_is_sent_twice_is_one_choice() {
    let (mut stay, ids) = Stay::offered();
    let path = format!("/offers/{}/choose", ids[0]);
    let page = stay.browser.get(&path).unwrap();
    let offer = page.hidden("offer").unwrap();
    for _ in 0..2 {
        let chosen = stay.browser.submit(&page, &path, &[("offer", &offer)]).unwrap();
        assert!(chosen.path == "/" && chosen.text().contains("Gewählt, noch nicht bestätigt"), "{}: {}", chosen.path, chosen.text());
    }
    assert_eq!(stay.decisions().len(), 2, "the consent and one choice");
    let said = stay.house.town.show(HERE, ids[0]).unwrap().messages;
    assert_eq!(said.iter().filter(|line| line.kind == "choice").count(), 1, "{said:?}");
    let page = stay.browser.get("/consent").unwrap();
    for _ in 0..2 {
        stay.browser.submit(&page, "/consent/withdraw", &[]).unwrap();
    }
    assert_eq!(stay.decisions().len(), 2, "what is taken back is taken back");
}

#[test]
fn a_message_or_an_invitation_that_is_sent_twice_is_one() {
    let mut house = House::new();
    let (patient, mut erna, _) = house.visitor("erna");
    let (mut sonja, _) = house.staff("sonja", &[Role::SocialService, Role::Ward]);
    let page = erna.get("/messages").unwrap();
    let to = page.text().split("name=\"to\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let fields = [("to", to.as_str()), ("text", "Darf meine Tochter mitkommen?")];
    let threads: Vec<String> = (0..2).map(|_| erna.submit(&page, "/messages", &fields).unwrap().path).collect();
    assert!(threads[0].starts_with("/messages/") && threads[0] == threads[1], "{threads:?}");
    let list = erna.get("/messages").unwrap().text();
    assert_eq!(list.matches("href=\"/messages/").count(), 1, "{list}");
    let page = erna.get(&threads[0]).unwrap();
    for text in ["Und der Hund?", "Und der Hund?", "Und die Katze?", "Und der Hund?"] {
        erna.submit(&page, &threads[0], &[("text", text)]).unwrap();
    }
    let shown = erna.get(&threads[0]).unwrap().text();
    assert_eq!((shown.matches("Und der Hund?").count(), shown.matches("Und die Katze?").count()), (2, 1), "only the same again at once is the same: {shown}");

    let path = format!("/patients/{patient}/message");
    let page = sonja.get(&path).unwrap();
    let team = page.text().split("name=\"team\" value=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned()).unwrap_or(to.clone());
    let fields = [("team", team.as_str()), ("to", team.as_str()), ("text", "Bitte rufen Sie uns an.")];
    let begun: Vec<String> = (0..2).map(|_| sonja.submit(&page, &path, &fields).unwrap().path).collect();
    assert!(begun[0].starts_with("/messages/") && begun[0] == begun[1], "{begun:?}");

    let page = erna.get("/proxies").unwrap();
    let fields = [("name", "Anna Beispiel"), ("scope", "arrange")];
    assert!(erna.submit(&page, "/proxies", &fields).unwrap().text().contains("Einladung für Anna Beispiel"));
    let again = erna.submit(&page, "/proxies", &fields).unwrap().text();
    assert!(again.contains("Anna Beispiel ist schon genau so eingeladen.") && again.contains("role=\"alert\""), "{again}");
    assert_eq!(erna.get("/proxies").unwrap().text().matches("/end\"").count(), 1);
    let other = erna.submit(&page, "/proxies", &[("name", "Anna Beispiel"), ("scope", "look")]).unwrap().text();
    assert!(other.contains("Einladung für Anna Beispiel"), "another right is another invitation: {other}");
}

/// A letter that is made twice: the first code is worth nothing any more, and the page says until when the second counts.
#[test]
fn of_two_letters_the_second_counts() {
    let mut house = House::new();
    let patient = house.patient("Erna");
    let (mut wanda, _) = house.staff("wanda", &[Role::Ward]);
    let path = format!("/patients/{patient}");
    let page = wanda.get(&path).unwrap();
    let codes: Vec<String> = (0..2).map(|_| wanda.submit(&page, &format!("{path}/invite"), &[]).unwrap().hidden("code").unwrap()).collect();
    let mut browser = house.browser(Site::Patient);
    let page = browser.get("/invitation").unwrap();
    let mut try_with = |code: &str| browser.submit(&page, "/invitation", &[("code", code), ("birth", "3.4.1951")]).unwrap();
    let first = try_with(&codes[0]);
    assert!(first.text().contains("passen nicht zusammen"), "{}", first.text());
    assert_eq!(try_with(&codes[1]).path, "/setup");
}
