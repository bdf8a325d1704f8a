//! Looks at every state that can be reached, and at what becomes of each if nobody acts any more.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash},
    time::{Duration, Instant},
};

/// What can happen, and what must hold.
pub trait Model {
    /// A state of the whole.
    type State: Copy + Hash;
    /// Something that happens.
    type Event: std::fmt::Debug;

    /// Returns the states everything begins with.
    fn begin(&self) -> Vec<Self::State>;
    /// Adds every state that one event leads to, with the event.
    fn next(&mut self, state: &Self::State, add: &mut Vec<(Self::Event, Self::State)>);
    /// Checks what must hold in every state.
    fn check(&mut self, state: &Self::State) -> Result<(), String>;
    /// Returns what comes next when nobody acts: what is under way arrives, and time passes. Nothing: all is at rest.
    fn quiet(&mut self, state: &Self::State) -> Option<Self::State>;
    /// Checks what must hold when all is at rest.
    fn rest(&mut self, state: &Self::State) -> Result<(), String>;
}

/// What a search has seen.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Distinct states reached by somebody's acting, the network or a clock.
    pub states: usize,
    /// Events followed.
    pub events: usize,
    /// Distinct states in which all was at rest.
    pub rests: usize,
    /// The longest way without a detour.
    pub depth: u32,
    /// How long it took.
    pub took: Duration,
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { states, events, rests, depth, took } = self;
        write!(f, "{states} states, {events} events, {rests} at rest, depth {depth}, {:.1} s", took.as_secs_f64())
    }
}

/// More states than a search has the memory for.
const MOST_STATES: usize = 30_000_000;

/// More steps than any way to rest has.
const MAX_QUIET: usize = 10_000;

type Hasher = BuildHasherDefault<DefaultHasher>;

fn name<S: Hash>(state: &S) -> u64 {
    Hasher::default().hash_one(state)
}

/// Visits every state. States are told apart by a hash of 64 bits: among 10⁷ of them two would be taken for one with a probability of
/// about 10⁻⁶.
///
/// # Errors
/// What did not hold, and how it came to that.
pub fn search<M: Model>(model: &mut M) -> Result<Seen, String> {
    let start = Instant::now();
    let mut ways: HashMap<u64, (u64, u32), Hasher> = HashMap::default();
    let mut queue = VecDeque::new();
    for state in model.begin() {
        ways.insert(name(&state), (0, 0));
        queue.push_back(state);
    }
    let (mut ends, mut seen, mut add) = (Ends::default(), Seen { states: 0, events: 0, rests: 0, depth: 0, took: Duration::ZERO }, Vec::new());
    while let Some(state) = queue.pop_front() {
        let here = name(&state);
        let depth = ways[&here].1;
        if seen.states == MOST_STATES {
            return Err(format!("more than {MOST_STATES} states, {} of them waiting at depth {depth}: make the world smaller", queue.len()));
        }
        let checked = model.check(&state).and_then(|()| ends.comes_to_rest(model, state));
        if let Err(fault) = checked {
            return Err(format!("{fault}\n{}", way(model, &ways, here)));
        }
        (seen.states, seen.depth) = (seen.states + 1, seen.depth.max(depth));
        model.next(&state, &mut add);
        for (_, next) in add.drain(..) {
            seen.events += 1;
            ways.entry(name(&next)).or_insert_with(|| {
                queue.push_back(next);
                (here, depth + 1)
            });
        }
    }
    (seen.rests, seen.took) = (ends.rests.len(), start.elapsed());
    Ok(seen)
}

/// States known to come to a good rest.
#[derive(Default)]
struct Ends {
    good: HashSet<u64, Hasher>,
    rests: HashSet<u64, Hasher>,
}

impl Ends {
    fn comes_to_rest<M: Model>(&mut self, model: &mut M, mut state: M::State) -> Result<(), String> {
        let mut passed = Vec::new();
        loop {
            let here = name(&state);
            if self.good.contains(&here) {
                break;
            }
            passed.push(here);
            match model.quiet(&state) {
                Some(_) if passed.len() > MAX_QUIET => return Err("it never comes to rest".into()),
                Some(next) => state = next,
                None => {
                    model.rest(&state).map_err(|fault| format!("at rest: {fault}"))?;
                    self.rests.insert(here);
                    break;
                }
            }
        }
        self.good.extend(passed);
        Ok(())
    }
}

/// Tells how it came to the state `end`, by going there again.
fn way<M: Model>(model: &mut M, ways: &HashMap<u64, (u64, u32), Hasher>, end: u64) -> String {
    let mut names = vec![end];
    while let Some((before, depth)) = names.last().and_then(|last| ways.get(last)) {
        if *depth == 0 {
            break;
        }
        names.push(*before);
    }
    let first = names.pop();
    let mut at = model.begin().into_iter().find(|state| Some(name(state)) == first);
    let (mut words, mut add) = (Vec::new(), Vec::new());
    for wanted in names.into_iter().rev() {
        let Some(state) = at else { break };
        model.next(&state, &mut add);
        at = add.drain(..).find(|(_, next)| name(next) == wanted).map(|(event, next)| {
            words.push(format!("{event:?}"));
            next
        });
    }
    words.join("\n")
}
