//! `verbund demo`: a fictional cooperative on this machine, each clinic a process of its own, and the story played once.

pub mod browser;
pub mod cast;
pub mod figures;
pub mod found;
pub mod plan;
pub mod portals;
pub mod process;
pub mod proof;
pub mod scenes;
mod story;

use std::{io::Write, path::PathBuf, time::Instant};

use anyhow::{Context as _, ensure};
use verbund_protocol::membership::FacilityKind;

use self::{
    cast::Player,
    figures::{Figures, Spread, millis, round},
    found::Village,
    process::Process,
};
use super::Terminal;
use crate::runtime::service;

/// Found a fictional cooperative on this machine and play the story once
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// How many clinics, half of them rehabilitation clinics
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(2..=300))]
    clinics: u16,
    /// How many beds they have together
    #[arg(long, default_value_t = 1_200)]
    beds: u32,
    /// Folder for keys, certificates, data and logs; an earlier demo in it is replaced
    #[arg(long, value_name = "DIR", default_value = "verbund-demo")]
    dir: PathBuf,
    /// End after the story; exit code 0 only if every step held
    #[arg(long)]
    once: bool,
}

/// The demo's screen: lines for people with the time since the start.
pub struct Screen {
    begun: Instant,
    json: bool,
}

impl Screen {
    /// Tells people what happened. With `--json` standard output is for programs, so this goes to standard error.
    pub fn say(&self, line: impl AsRef<str>) {
        let text = format!("{:>8.2} s  {}", self.begun.elapsed().as_secs_f64(), line.as_ref());
        if self.json { eprintln!("{text}") } else { println!("{text}") }
    }
}

impl Demo {
    /// Runs the demo.
    ///
    /// # Errors
    /// Names the step that did not hold.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let screen = Screen { begun: Instant::now(), json: terminal.json };
        let clinics = usize::from(self.clinics);
        let village = Village::found(&self.dir, plan::plans(clinics, self.beds), service::now())?;
        screen.say(format!("founded: a board of three, an authority, {clinics} clinics with {} beds in {}", self.beds, village.folder.display()));
        let (mut players, mesh_ready_ms) = start(&village, &screen)?;
        let (portals, mut people) = portals::open(&village, &players, service::now())?;
        story::publish(&players)?;
        story::wait_until_visible(&players)?;
        if !self.once {
            scenes::play(&players, &mut people)?;
            screen.say("stories in progress: a patient may choose, inquiries wait for answers, a referral lies at the rehab clinic");
        }
        if terminal.json && !self.once {
            serde_json::to_writer(&mut terminal.out, &serde_json::json!({ "portals": portals }))?;
            writeln!(terminal.out)?;
            terminal.out.flush()?;
        }
        screen.say("the web pages answer");
        let figures = self.play(&village, &players, mesh_ready_ms, &screen)?;
        if terminal.json {
            serde_json::to_writer(&mut terminal.out, &figures)?;
            writeln!(terminal.out)?;
        } else {
            writeln!(terminal.out, "{}", serde_json::to_string_pretty(&figures)?)?;
        }
        terminal.out.flush()?;
        if !self.once {
            screen.say(invitation(&village, &portals));
            wait_for_interrupt()?;
        }
        players.iter_mut().try_for_each(|player| player.process.stop().map(drop))?;
        let held = figures.lost == 0 && figures.duplicated == 0 && figures.evidence_verified;
        ensure!(held, "the story was played, but not every promise held: see the figures");
        Ok(())
    }

    fn play(&self, village: &Village, players: &[Player], mesh_ready_ms: f64, screen: &Screen) -> anyhow::Result<Figures> {
        let visible = Spread::of(&proof::visibility(players)?);
        screen.say(format!("every clinic has published its free places; all see all (slowest of a hundred: {} ms)", visible.p99));
        let told = story::play(players, screen)?;
        let compared = proof::compare(players, &told.conversations)?;
        screen.say(format!("both stores compared: {} messages lost, {} twice", compared.lost, compared.duplicated));
        let trusted = village.authority.published().context("the cooperative has published a network document")?;
        let evidence_verified = proof::verify(players, &told.conversations, trusted)?;
        screen.say(format!("evidence of both sides, checked offline: {}", if evidence_verified { "holds" } else { "DOES NOT HOLD" }));
        screen.say("ten quiet seconds, to see what the nodes use then");
        let (rss_mib, idle_cpu_percent) = proof::idle(players)?;
        Ok(Figures {
            clinics: players.len(),
            beds: self.beds,
            mesh_ready_ms,
            capacity_visible_ms: visible,
            search_us: Spread::of(&told.search_us),
            referral_receipt_ms: Spread::of(&compared.receipt_ms),
            document_mib_per_s: told.mib_per_s,
            rss_mib,
            idle_cpu_percent: round(idle_cpu_percent),
            lost: compared.lost,
            duplicated: compared.duplicated,
            evidence_verified,
        })
    }
}

/// Starts all clinics at once and waits until each knows where every other is. Returns the time from the first start.
fn start(village: &Village, screen: &Screen) -> anyhow::Result<(Vec<Player>, f64)> {
    let exe = std::env::current_exe().context("cannot find this program")?;
    let begun = Instant::now();
    let mut players = Vec::new();
    for clinic in &village.clinics {
        players.push(Player { process: Process::start(&exe, &clinic.folder)?, clinic: clinic.clone() });
    }
    for player in &mut players {
        player.process.wait_ready()?;
    }
    screen.say(format!("{} nodes run, each a process of its own", players.len()));
    let others = players.len() as u64 - 1;
    for player in &players {
        player.until("the addresses of all others are known", |player| {
            let status = player.ask("status", serde_json::json!("show"))?["status"].take();
            Ok((status["addresses_known"].as_u64() == Some(others)).then_some(()))
        })?;
    }
    let ready = millis(begun.elapsed());
    screen.say(format!("the mesh is complete: every node knows every other ({:.1} s after the first start)", ready / 1e3));
    Ok((players, ready))
}

/// What the user can try now.
fn invitation(village: &Village, portals: &[portals::Portal]) -> String {
    let first = village.clinics[0].config();
    let rehab = village.clinics.iter().find(|clinic| clinic.plan.facility.kind == FacilityKind::Rehab).map_or_else(|| first.clone(), |clinic| clinic.config());
    let (first, rehab) = (first.display(), rehab.display());
    let logins: String = portals
        .iter()
        .map(|portal| {
            format!("  {:<15} {:<26} user {}, password \"{}\", app secret {}\n", portal.role, portal.url, portal.login.user, portal.login.password, portal.login.totp_secret)
        })
        .collect();
    format!(
        "the clinics stay up until Ctrl-C. Try, in another terminal:\n
  verbund -c {first} status
  verbund -c {first} search --indication locomotor --payer drv --place Nürnberg --confirm 3
  verbund -c {first} referral list --all
  verbund -c {rehab} offer list --all
  verbund -c {rehab} capacity show
  verbund -c {first} audit verify
  verbund -c {first} doctor\n
(verbund is {}; every command has --help and --json)\n
Web pages, with a certificate of the demo's own that a browser warns about:\n
{logins}",
        std::env::current_exe().map_or_else(|_| "this program".into(), |exe| exe.display().to_string())
    )
}

fn wait_for_interrupt() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(tokio::signal::ctrl_c())?)
}
