//! Fuzzing, briefly: the kept corpus and a fixed number of new inputs for every reader and machine. `scripts/fuzz MINUTES` goes on at length.

use verbund_tests::fuzz::{End, targets};

#[test]
fn no_input_makes_a_reader_or_machine_fail() {
    let (mut executions, mut findings) = (0, Vec::new());
    for target in targets() {
        let tally = target.run(1, End::Executions(target.brief), false);
        println!("{:<18} {:>8} executions {:>5} ways", target.name, tally.executions, tally.ways);
        assert!(tally.ways > 1, "{}: every input goes the same way, so nothing is read", target.name);
        executions += tally.executions;
        findings.extend(tally.findings);
    }
    println!("{executions} executions");
    assert!(findings.is_empty(), "these inputs are findings, and part of the corpus now: {findings:?}");
}
