//! A short run of what `scripts/soak --kill` does at length.

/// Referrals with documents survive twenty kills at random moments: nothing acknowledged is lost, nothing is there twice.
#[test]
fn referrals_under_fire() {
    let tally = verbund_tests::kills::run(20, 1, |tally| println!("{} kills, {} referrals", tally.kills, tally.journeys));
    println!("{tally}");
    assert!(tally.kills >= 20 && tally.journeys > 0 && tally.checks > 0);
}
