//! A node that goes away in the middle of a form: the page says so, and nothing that was typed is lost.

use serde_json::json;
use verbund_node::domain::account::Site;
use verbund_tests::chromium::Look;

use super::{
    House,
    chromium::{at, axe, look_at},
    journey::sign_in,
};

const WHY: &str = "Meine Tochter wohnt nebenan und kommt jeden Tag.";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_typed_is_lost_when_the_node_is_killed() {
    let mut house = House::new();
    let (_, _, login) = house.visitor("erna");
    let window = sign_in(&house, Site::Patient, &login, Look::PHONE).await;
    window.go(&at(&house, Site::Patient, "/wishes")).await;
    window.script("document.getElementById('about-1').value = 'companion'", vec![]).await;
    window.fill("#why-1", WHY).await;
    house.town.kill(0);
    window.click("form[action='/wishes'] button.main").await;
    window.read("Was Sie eingegeben haben, ist noch da").await;
    look_at(&window, &axe(), "offline").await;
    window.click("form[action='/wishes'] button.main").await;
    let typed = window.script("return [document.getElementById('about-1').value, document.getElementById('why-1').value]", vec![]).await;
    assert_eq!(typed[1], json!(WHY));
    assert_eq!(typed[0], json!("companion"));
    house.town.restart(0);
    window.click("form[action='/wishes'] button.main").await;
    window.read("Zuletzt gespeichert").await;
    let kept = window.see("#why-1").await.prop("value").await.unwrap().unwrap();
    assert_eq!(kept, WHY, "the wish was kept");
    window.close().await;
}
