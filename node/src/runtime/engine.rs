//! Gives the core its turns, on a thread of its own: whatever has gathered in the queue is worked off together, so that
//! under load many pieces of work share one sync of the disk, and a lone one waits for nobody. What the doors hand in waits in a queue of
//! its own, so that a flood of it does not keep the mesh waiting.

mod deliveries;

use std::{thread::JoinHandle, time::Duration};

use tokio::sync::mpsc;
use verbund_protocol::time::Timestamp;

use self::deliveries::Stopwatch;
use super::core::{Core, Fatal, Input, Output};
use crate::workflow::{Job, desk::Task, took::Recent};

/// Most inputs of one turn. More would make the first wait for the last without making the disk faster.
pub const MAX_TURN: usize = 256;
/// Most jobs of the doors in one turn, which leave room for the mesh.
const MAX_JOBS: usize = 200;
/// From so many looks in a turn on there is a crowd.
const CROWD: usize = 16;
/// How long a turn of nothing but looks waits for more of a crowd: a commit costs about as much as thirty looks, so it is shared by more.
const GATHERED_FOR: Duration = Duration::from_micros(300);

/// What waits for the core.
#[derive(Debug)]
pub struct Queues {
    /// From the mesh and the clock.
    pub inputs: mpsc::Receiver<Input>,
    /// From the doors.
    pub jobs: mpsc::Receiver<Job>,
}

impl Queues {
    /// Waits for something to do and returns all there is; nothing when nobody can bring anything from the mesh any more.
    async fn next(&mut self, gathered: &mut Vec<Input>) -> bool {
        let mut handed_in = Vec::new();
        let brought = tokio::select! {
            biased;
            count = self.inputs.recv_many(gathered, MAX_TURN) => count,
            _ = self.jobs.recv_many(&mut handed_in, MAX_JOBS), if !self.jobs.is_closed() || !self.jobs.is_empty() => 1,
        };
        gathered.extend(handed_in.into_iter().map(Input::Job));
        self.drain(gathered);
        brought > 0
    }

    /// Adds what else is there by now.
    fn drain(&mut self, gathered: &mut Vec<Input>) {
        let jobs = gathered.iter().filter(|input| matches!(input, Input::Job(_))).count();
        gathered.extend(std::iter::from_fn(|| self.jobs.try_recv().ok()).take(MAX_JOBS.saturating_sub(jobs)).map(Input::Job));
        let room = MAX_TURN.saturating_sub(gathered.len());
        gathered.extend(std::iter::from_fn(|| self.inputs.try_recv().ok()).take(room));
    }
}

fn looks(inputs: &[Input]) -> usize {
    inputs.iter().filter(|input| matches!(input, Input::Job(Job { task: Task::Look(_), .. }))).count()
}

/// Starts the thread. It ends when every sender of inputs is gone, or with [`Fatal`].
///
/// # Errors
/// If the operating system gives no thread.
pub fn start(
    mut core: Core,
    mut queues: Queues,
    deliveries: Recent,
    clock: impl Fn() -> Timestamp + Send + 'static,
    mut carry_out: impl FnMut(Output) + Send + 'static,
) -> std::io::Result<JoinHandle<Result<(), Fatal>>> {
    // It waits for two queues at once, and does nothing else.
    let waiter = tokio::runtime::Builder::new_current_thread().build()?;
    std::thread::Builder::new().name("core".into()).spawn(move || {
        let (mut gathered, mut crowd) = (Vec::new(), false);
        let mut watch = Stopwatch::new(deliveries);
        core.opening().into_iter().for_each(&mut carry_out);
        while waiter.block_on(queues.next(&mut gathered)) {
            if crowd && looks(&gathered) == gathered.len() {
                std::thread::sleep(GATHERED_FOR);
                queues.drain(&mut gathered);
            }
            crowd = looks(&gathered) >= CROWD;
            let answered: Vec<u64> = gathered.iter().filter_map(|input| if let Input::Response { token, .. } = input { Some(*token) } else { None }).collect();
            let outputs = core.turn(clock(), std::mem::take(&mut gathered))?;
            watch.turned(&answered, &outputs);
            for output in outputs {
                match output {
                    Output::Finish(finish, result) => finish(result),
                    output => carry_out(output),
                }
            }
        }
        core.stop(clock())
    })
}
