//! Gives the core its turns, on a thread of its own: whatever has gathered in the queue is worked off together, so that
//! under load many pieces of work share one sync of the disk, and a lone one waits for nobody.

mod deliveries;

use std::thread::JoinHandle;

use tokio::sync::mpsc;
use verbund_protocol::time::Timestamp;

pub use self::deliveries::Deliveries;

use self::deliveries::Stopwatch;
use super::core::{Core, Fatal, Input, Output};

/// Most inputs of one turn. More would make the first wait for the last without making the disk faster.
pub const MAX_TURN: usize = 256;

/// Starts the thread. It ends when every sender of `inputs` is gone, or with [`Fatal`].
///
/// # Errors
/// If the operating system gives no thread.
pub fn start(
    mut core: Core,
    mut inputs: mpsc::Receiver<Input>,
    deliveries: Deliveries,
    clock: impl Fn() -> Timestamp + Send + 'static,
    mut carry_out: impl FnMut(Output) + Send + 'static,
) -> std::io::Result<JoinHandle<Result<(), Fatal>>> {
    std::thread::Builder::new().name("core".into()).spawn(move || {
        let mut gathered = Vec::new();
        let mut watch = Stopwatch::new(deliveries);
        core.opening().into_iter().for_each(&mut carry_out);
        while inputs.blocking_recv_many(&mut gathered, MAX_TURN) > 0 {
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
