//! kill -9, thousands of times: real nodes carry referrals with documents from the first inquiry to the report home, and while they do, one or
//! both are killed at random moments. Whatever a node had acknowledged is there afterwards, once, at both sides.
//!
//! When a command breaks off, nobody can know whether it took effect. Like a person, the player then looks, and says it again if it did not.

mod checks;
mod journey;
mod upkeep;

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, Instant},
};

use verbund_node::control::{
    Command,
    client::{Client, ClientError},
};

use crate::{simulator::Random, town::Town};

/// How many clinics play; the first is an acute hospital.
const CLINICS: usize = 3;
/// The longest that is waited before the killing, microseconds: a command takes a few thousand, and delivery and documents follow it.
const LONGEST_WAIT: u64 = 120_000;
/// After how many journeys everything is checked whole; also at the end.
const CHECK_EVERY: u64 = 25;
/// After how many journeys the operators of one clinic rotate its key, back it up and restore it, under fire as well.
const UPKEEP_EVERY: u64 = 8;
/// Places free each day, as many as the department has beds; they are stated anew before they could run out.
const FREE: u16 = 200;

/// What was done and found whole.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Processes killed.
    pub kills: u64,
    /// Commands during which one was killed.
    pub attempts: u64,
    /// Of these, how many were acknowledged all the same.
    pub acknowledged: u64,
    /// How many broke off without an answer and had taken effect, and had not.
    pub unknown: (u64, u64),
    /// Kills while documents were on their way.
    pub in_transfer: u64,
    /// Key rotations, backups and restores that were begun, and brought to their end.
    pub upkeep: (u64, u64),
    /// Referrals brought to their end and compared at both sides.
    pub journeys: u64,
    /// Documents compared byte for byte.
    pub documents: u64,
    /// Checks of everything: database, audit, document files, evidence.
    pub checks: u64,
    /// Kills by what was going on.
    pub during: BTreeMap<&'static str, u64>,
    /// How long it took.
    pub took: Duration,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, attempts, acknowledged, unknown, in_transfer, upkeep, journeys, documents, checks, during, took } = self;
        writeln!(f, "{kills} processes killed in {:.0} s, {in_transfer} of them while documents were on their way", took.as_secs_f64())?;
        writeln!(f, "{attempts} commands hit: {acknowledged} acknowledged, {} broke off with effect, {} without", unknown.0, unknown.1)?;
        writeln!(f, "{} key rotations, backups and restores begun, {} of them finished", upkeep.0, upkeep.1)?;
        writeln!(f, "{journeys} referrals brought to their end, {documents} documents compared, everything checked {checks} times")?;
        write!(f, "kills during: {during:?}")
    }
}

/// A town under fire.
struct Fire {
    town: Town,
    dice: Random,
    tally: Tally,
    begun: Instant,
    most: u64,
}

/// Kills at least `kills` processes and returns what was found; `told` hears after each journey. The dice follow from `seed`, but what they hit
/// depends on the machine, so that a run does not repeat another.
///
/// # Panics
/// If anything that was acknowledged is lost, doubled or damaged.
pub fn run(kills: u64, seed: u64, mut told: impl FnMut(&Tally)) -> Tally {
    let mut fire = Fire { town: Town::start(CLINICS, 600), dice: Random::new(seed), tally: Tally::default(), begun: Instant::now(), most: kills };
    while fire.tally.kills < kills {
        if fire.tally.journeys.is_multiple_of(CHECK_EVERY) {
            fire.state_places();
        }
        fire.journey();
        if fire.tally.journeys % UPKEEP_EVERY == 1 {
            fire.upkeep();
        }
        fire.tally.took = fire.begun.elapsed();
        told(&fire.tally);
        if fire.tally.journeys.is_multiple_of(CHECK_EVERY) {
            fire.check_everything();
        }
    }
    fire.check_everything();
    fire.tally.took = fire.begun.elapsed();
    fire.tally
}

impl Fire {
    fn state_places(&mut self) {
        for at in 0..CLINICS {
            let id = self.town.department(at);
            self.town.publish(at, id, FREE).expect("the places are stated");
        }
    }

    /// Returns who is killed now: often nobody, else one, the other, or both.
    fn victims(&mut self, actor: usize, other: usize) -> Vec<usize> {
        if self.tally.kills >= self.most {
            return Vec::new();
        }
        match self.dice.below(10) {
            0 => Vec::new(),
            1..=4 => vec![actor],
            5..=7 => vec![other],
            _ => vec![actor, other],
        }
    }

    /// Short moments as often as long ones.
    fn moment(&mut self) -> Duration {
        let most = self.dice.below(LONGEST_WAIT.ilog2().into()) + 1;
        Duration::from_micros(self.dice.below(1 << most))
    }

    fn kill(&mut self, victims: &[usize], during: &'static str) {
        for at in victims {
            self.town.kill(*at);
            self.tally.kills += 1;
            *self.tally.during.entry(during).or_default() += 1;
        }
    }

    fn start_again(&mut self, victims: &[usize]) {
        victims.iter().for_each(|at| self.town.launch(*at));
        victims.iter().for_each(|at| self.town.wait_ready(*at));
    }

    /// Gives `actor` a command, and kills at a random moment before, while or after it is worked off.
    fn under_fire(&mut self, actor: usize, other: usize, during: &'static str, command: &Command, bytes: &[u8]) -> Result<serde_json::Value, ClientError> {
        let (victims, moment) = (self.victims(actor, other), self.moment());
        let socket = self.town.village.clinics[actor].folder.join("control.sock");
        let asked = std::thread::scope(|scope| {
            let asking = scope.spawn(|| {
                let mut client = Client::connect(&socket)?;
                client.send(command)?;
                client.send_bytes(&mut &bytes[..], bytes.len() as u64)?;
                client.answer()
            });
            if !victims.is_empty() {
                std::thread::sleep(moment);
                self.kill(&victims, during);
            }
            asking.join().expect("asking does not panic")
        });
        self.start_again(&victims);
        if !victims.is_empty() {
            self.tally.attempts += 1;
            self.tally.acknowledged += u64::from(asked.is_ok());
        }
        asked
    }

    /// Notes that a command without an answer turned out to have had an effect, or not.
    fn turned_out(&mut self, effect: bool) {
        if effect {
            self.tally.unknown.0 += 1;
        } else {
            self.tally.unknown.1 += 1;
        }
    }
}

/// Returns whether no answer came, so that nobody knows whether the command took effect.
fn broke_off(error: &ClientError) -> bool {
    matches!(error, ClientError::Unreachable { .. } | ClientError::Broken(_))
}
