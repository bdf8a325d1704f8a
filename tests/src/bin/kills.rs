//! `kills N [SEED]`: kills real nodes N times in the middle of referrals and prints what was found. See [`verbund_tests::kills`].

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let (Some(Ok(kills)), Ok(seed), None) = (numbers.next(), numbers.next().unwrap_or(Ok(1)), numbers.next()) else {
        eprintln!("kills N [SEED]: N processes are killed, the dice begin with SEED");
        return ExitCode::from(2);
    };
    let tally = verbund_tests::kills::run(kills, seed, |tally| {
        println!("{} kills, {} referrals, {} documents, {:.0} s", tally.kills, tally.journeys, tally.documents, tally.took.as_secs_f64());
    });
    println!("{tally}");
    ExitCode::SUCCESS
}
