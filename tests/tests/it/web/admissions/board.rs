//! Two people at the board of free places: neither takes back what the other has just said.

use super::*;

/// The form of the board as a browser sends it: every field of one department as the page has it, but for what is typed over.
fn form(page: &Answer, id: &DepartmentId, typed: &[(String, &str)]) -> Vec<(String, String)> {
    let (text, own) = (page.text(), format!("name=\"{}-{}-", id.facility, id.department));
    let mut fields = vec![("facility".to_owned(), id.facility.to_string()), ("department".to_owned(), id.department.to_string())];
    for rest in text.split("<input ").filter(|tag| tag.contains(&own)) {
        let part = |mark: &str| rest.split(mark).nth(1).unwrap().split('"').next().unwrap().to_owned();
        let (name, value) = (part("name=\""), part("value=\""));
        let value = typed.iter().find(|(over, _)| *over == name).map_or(value, |(_, value)| (*value).to_owned());
        fields.push((name, value));
    }
    assert_eq!(fields.len(), 2 + 28 * 2, "{text}");
    fields
}

fn send(browser: &mut Browser, page: &Answer, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.submit(page, "/capacity", &fields).unwrap()
}

#[test]
fn what_one_person_changes_the_other_does_not_set_back() {
    let mut scene = Scene::new(4);
    let (id, today) = (scene.house.town.department(REHAB), scene.house.town.today(REHAB));
    let (mut karl, _) = scene.house.staff("karl", &[Role::Capacity]);
    let (mut rita, _) = scene.house.staff("rita", &[Role::Capacity]);
    let name = |at: u32| format!("{}-{}-{}", id.facility, id.department, today.plus(at));
    let stated = |scene: &mut Scene| board(&mut scene.house, &id).stated.unwrap();

    let before = karl.get("/capacity").unwrap();
    let page = rita.get("/capacity").unwrap();
    send(&mut rita, &page, &form(&page, &id, &[(name(3), "1"), (name(9), "2")]));
    assert_eq!(stated(&mut scene)[3], 1);
    // Karl has seen none of that, and changes another day.
    let saved = send(&mut karl, &before, &form(&before, &id, &[(name(5), "7")])).text();
    assert!(!saved.contains("role=\"alert\""), "{saved}");
    let now = stated(&mut scene);
    assert_eq!((now[3], now[5], now[9], now[6]), (1, 7, 2, 4), "only what he changed is written");

    // The same day by both: told at that day, nothing is saved, and what he typed stays. What he did not type over is shown as it stands.
    let both = form(&before, &id, &[(name(3), "3"), (name(4), "0")]);
    let told = send(&mut karl, &before, &both);
    let text = told.text();
    assert!(text.contains("Inzwischen steht hier 1.") && text.contains("Jemand anders hat diese Tage inzwischen auch geändert") && text.contains("role=\"alert\""), "{text}");
    assert_eq!(stated(&mut scene), now, "nothing was saved");
    let shown = [3, 4, 9].map(|at| value(&text, &name(at)));
    assert_eq!(shown, ["3", "0", "2"]);
    // Saved once more, now that he has seen it.
    send(&mut karl, &told, &form(&told, &id, &[]));
    let after = stated(&mut scene);
    assert_eq!((after[3], after[4], after[5], after[9]), (3, 0, 7, 2));
}
