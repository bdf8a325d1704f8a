//! Every reader of text: words of the command line, files of people and of the hospital's systems, commands of the control socket.

use std::{fmt, str::FromStr};

use verbund_node::{
    control::Command,
    domain::{
        account::{Code, Login},
        capacity::file,
        config::Config,
        consent::Decision,
        notice::{Address, MailCode, MailId},
        patient::{Insurance, Person, Search},
    },
    store::blob::{Named, sniff},
};
use verbund_protocol::{
    address::is_address,
    catalogue::{AgeBand, Constraint, Decline, Icd3},
    certificate::NodeName,
    document::{is_media_type, is_title},
    id::{ConversationId, DepartmentKey, Digest, Ik, KdlCode, LocalId, MemberId, NetworkId, NodeId},
    person::{BirthDate, Gender, Kvnr},
    place,
    sign::SecretKey,
    time::{Day, Timestamp},
};

use super::{
    Run, Target,
    kit::{NOW, went},
};

pub(super) const TARGETS: &[Target] = &[
    Target { name: "word", brief: 10_000, seeds: words, make: read_words },
    Target { name: "pem", brief: 10_000, seeds: || vec![SecretKey::from_seed(&[7; 32]).to_pem().as_bytes().to_vec()], make: pems },
    Target { name: "place", brief: 300, seeds: places, make: read_places },
    Target { name: "config", brief: 1_500, seeds: || vec![include_bytes!("../../../config.example.toml").to_vec()], make: configs },
    Target { name: "capacity-file", brief: 6_000, seeds: capacity_files, make: read_capacity_files },
    Target { name: "facilities", brief: 1_000, seeds: facilities, make: read_facilities },
    Target { name: "json", brief: 10_000, seeds: jsons, make: read_jsons },
    Target { name: "sniff", brief: 15_000, seeds: contents, make: sniffed },
];

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn words() -> Vec<Vec<u8>> {
    bytes(&[
        "reha-see",
        "108310400",
        "2300",
        "AD010109",
        "0011223344556677",
        "00112233445566770011223344556677",
        "84fe21b33f6af801a82a8c1e53615a2ba4be85fad37535836772b1f268f5da11",
        "X110411675",
        "1951-04-03",
        "female",
        "2026-11-23T04:41:16Z",
        "/dns4/verbund.klinik.example/tcp/443",
        "/ip6/::1/tcp/443",
        "application/pdf",
        "70-79",
        "M16",
        "3x14",
        "3 3 2",
        "dialysis",
        "GKV",
        "urn:verbund:bayern:kh-musterstadt:1",
        "abababababababababababababababab",
        "ABCD-EFGH-JKMN",
        "erna.beispiel",
        "erna@beispiel.example",
        "123 456",
    ])
}

/// Reads a word; one that is taken is shown as a word that reads the same.
fn word<T: FromStr<Err: fmt::Display> + fmt::Display + PartialEq>(text: &str) -> bool {
    let Ok(value) = text.parse::<T>() else { return false };
    assert!(value.to_string().parse::<T>().is_ok_and(|back| back == value), "{value} does not read back");
    true
}

fn read_words() -> Run {
    Box::new(|input| {
        let Ok(text) = std::str::from_utf8(input) else { return "not text".into() };
        let ids = [word::<MemberId>(text), word::<NetworkId>(text), word::<NodeId>(text), word::<Ik>(text), word::<DepartmentKey>(text), word::<KdlCode>(text)];
        let names = [word::<LocalId>(text), word::<ConversationId>(text), word::<Digest>(text)];
        let about = [word::<Kvnr>(text), word::<BirthDate>(text), word::<Gender>(text), text.parse::<Insurance>().is_ok()];
        let times = [word::<Day>(text), word::<Timestamp>(text)];
        let own = [
            word::<NodeName>(text),
            word::<MailId>(text),
            text.parse::<Code>().is_ok(),
            text.parse::<Login>().is_ok(),
            text.parse::<Address>().is_ok(),
            MailCode::typed(text).is_some(),
        ];
        let codes = [text.parse::<AgeBand>().is_ok(), text.parse::<Icd3>().is_ok(), text.parse::<Constraint>().is_ok(), text.parse::<Decline>().is_ok()];
        let others = [is_address(text), is_media_type(text), is_title(text), file::free(text).is_ok()];
        if let Ok(born) = text.parse::<BirthDate>() {
            let _ = (born.age_on(NOW.day()), born.age_on(Day(0)), born.age_on(Day(u32::MAX)));
        }
        format!("{ids:?}{names:?}{about:?}{times:?}{own:?}{codes:?}{others:?}")
    })
}

fn pems() -> Run {
    Box::new(|input| {
        let Ok(text) = std::str::from_utf8(input) else { return "not text".into() };
        let read = SecretKey::from_pem(text);
        if let Ok(key) = &read {
            assert!(SecretKey::from_pem(&key.to_pem()).is_ok_and(|back| back.public() == key.public()));
        }
        went(&read)
    })
}

fn places() -> Vec<Vec<u8>> {
    bytes(&["München", "80331", "Prien am Chiemsee", "48.1,11.5", "Neustadt", "-90,180", "nan,inf"])
}

fn read_places() -> Run {
    Box::new(|input| std::str::from_utf8(input).map_or_else(|_| "not text".into(), |text| went(&place::find(text))))
}

/// What a reader of TOML says last: not the line in question, but what is wrong with it.
fn last_line(said: &str) -> String {
    said.lines().rfind(|line| !line.starts_with('(')).unwrap_or_default().to_owned()
}

fn configs() -> Run {
    Box::new(|input| std::str::from_utf8(input).map_or_else(|_| "not text".into(), |text| went(&Config::parse(text, "c.toml").map_err(|error| last_line(&error.to_string())))))
}

fn capacity_files() -> Vec<Vec<u8>> {
    bytes(&[
        "facility,department,name,beds,first_day,free,settings,indications,constraints,payers,rooms,languages,valid_hours\n\
         108310400,2300,Ortho,40,2026-11-23,3 3 2,inpatient,locomotor,dialysis,drv gkv,single,tr,72\n",
        "facility;department;beds;free\n108310400;2300;40;3x14\n",
        r#"[{"id":{"facility":"108310400","department":"2300"},"name":"Ortho","beds":40,"first_day":"2026-11-23","free":[3,3,2]}]"#,
        "\u{feff}facility,department,beds,free\r\n108310400,\"2300\",40,\"3 \"\"3\"\"\"\r\n",
    ])
}

fn read_capacity_files() -> Run {
    Box::new(|input| {
        let Ok(text) = std::str::from_utf8(input) else { return "not text".into() };
        match file::read(text, NOW.day()) {
            Ok(_) => "taken".into(),
            Err(error) => {
                let columns: std::collections::BTreeSet<_> = error.0.iter().map(|fault| fault.column).collect();
                format!("{} {columns:?}", error.0.len() > 1)
            }
        }
    })
}

fn facilities() -> Vec<Vec<u8>> {
    bytes(&["[[facility]]\nik = \"108310400\"\nname = \"Klinik\"\nkind = \"rehab\"\nlatitude = 48.1\nlongitude = 11.5\nplace = \"Prien\"\n"])
}

fn read_facilities() -> Run {
    let dir = tempfile::tempdir().expect("a temporary folder");
    Box::new(move |input| {
        let path = dir.path().join("facilities.toml");
        std::fs::write(&path, input).expect("a file can be written");
        let read = verbund_certs::facilities::read(&path);
        went(&read.map_err(|error| last_line(&error.to_string())))
    })
}

fn jsons() -> Vec<Vec<u8>> {
    bytes(&[
        r#"{"family":"Muster","given":"Max","birth_date":"1951-04-03","gender":"female","kvnr":"X110411675","insurance":"GKV","payer":"108310400","case_number":"1","phone":"1","address":{"street":"a","postal_code":"80331","city":"b"},"contact":{"name":"a","phone":"1","relation":"b"},"representative":{"name":"a","phone":"1","basis":"court"}}"#,
        r#"{"kind":"identified-release","given":true,"recipient":{"member":"reha-see","facility":"108310400"},"form":"x","by":"patient","how":"desk","document":null,"at":"2026-11-23T04:41:16Z","until":null}"#,
        r#"{"area":"status","do":"show"}"#,
        r#"{"area":"capacity","do":{"show":{"facility":null,"all":true}}}"#,
        r#"{"area":"document","do":{"handoff":{"within":{"conversation":"00112233445566770011223344556677","documents":[]}}}}"#,
        r#"{"area":"patient","do":{"find":{"name":"hub"}}}"#,
    ])
}

fn read_jsons() -> Run {
    Box::new(|input| {
        let kind = |error: serde_json::Error| format!("{:?}", error.classify());
        let command = serde_json::from_slice::<Command>(input);
        let person = serde_json::from_slice::<Person>(input).map(|person| (person.check(NOW.day()).map_err(|fault| fault.field), person.full_name().is_empty()));
        let decision = serde_json::from_slice::<Decision>(input).map(|decision| decision.check(NOW).map_err(|fault| fault.field));
        let search = serde_json::from_slice::<Search>(input).is_ok();
        let named = command.map(|command| format!("{command:?}").chars().take(30).collect::<String>());
        format!("{:?} {:?} {:?} {search}", named.map_err(kind), person.map_err(kind), decision.map_err(kind))
    })
}

fn contents() -> Vec<Vec<u8>> {
    let texts = ["%PDF-1.7\n", "\u{89}PNG", "<?xml version=\"1.0\"?><ClinicalDocument>", "{\"resourceType\":\"Bundle\"}", "Guten Tag", "#!/bin/sh", "<html>", "PK\u{3}\u{4}"];
    let binary: [&[u8]; 4] = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff\xe0\0\x10JFIF", b"II*\0\x08\0\0\0", b"\0\0\0\x18ftypmp42"];
    let dicom = [vec![0; 128], b"DICM".to_vec()].concat();
    bytes(&texts).into_iter().chain(binary.map(<[u8]>::to_vec)).chain([dicom]).collect()
}

fn sniffed() -> Run {
    Box::new(|input| {
        let plain = sniff(input, &Named::default());
        let said = Named { extension: Some("pdf"), media_type: Some("application/pdf") };
        format!("{plain:?} {:?}", sniff(input, &said))
    })
}
