//! A program that does not wait for one answer before it sends the next command.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    os::unix::net::UnixStream,
};

use serde_json::{Value, json};
use verbund_tests::town::Town;

/// Hundreds of commands at once, more than are taken in ahead: each is answered, in the order in which they were sent, and the ones
/// after it see what the ones before it did.
#[test]
fn commands_sent_ahead_are_answered_in_their_order() {
    let town = Town::start(1, 20);
    let mut socket = UnixStream::connect(town.village.clinics[0].folder.join("control.sock")).unwrap();
    let patient = |number: usize| json!({ "family": format!("Muster{number}"), "given": "Erika", "birth_date": "1951-04-03", "gender": "female", "insurance": "GKV" });
    let mut commands = String::new();
    for number in 0..200 {
        let command = match number % 4 {
            0 => json!({ "area": "patient", "do": { "add": patient(number) } }),
            1 => json!({ "area": "patient", "do": { "find": { "name": format!("Muster{}", number - 1) } } }),
            // Not for the core alone: it waits for those before it, and those behind it wait for it.
            2 => json!({ "area": "status", "do": "show" }),
            _ => json!({ "area": "nothing" }),
        };
        commands.push_str(&format!("{command}\n"));
    }
    let mut answers = BufReader::new(socket.try_clone().unwrap()).lines();
    let sending = std::thread::spawn(move || {
        socket.write_all(commands.as_bytes()).unwrap();
        socket.shutdown(std::net::Shutdown::Write).unwrap();
    });
    for number in 0..200 {
        let answer: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
        match number % 4 {
            0 => assert!(answer["ok"]["added"]["id"].is_string(), "{answer}"),
            1 => assert_eq!(answer["ok"]["found"].as_array().map(Vec::len), Some(1), "{answer}"),
            2 => assert!(answer["ok"]["status"].is_object(), "{answer}"),
            _ => assert_eq!(answer["error"]["code"], "invalid", "{answer}"),
        }
    }
    assert!(answers.next().is_none(), "as many answers as commands");
    sending.join().unwrap();
}
