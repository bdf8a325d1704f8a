//! `verbund doctor`: what is wrong here, and what to do about it.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use verbund_protocol::certificate::NodeName;

use super::{Terminal, table::Table};
use crate::{
    control::{
        Command,
        doctor::{self, Finding, State},
    },
    domain::{
        config::Config,
        identity::{self, Identity},
    },
    mail::Post,
    portal::{listen, logo::Logo},
    store::key::KeyFile,
};

/// Disk syncs slower than this make every acknowledged message slow.
const SLOW_SYNC: Duration = Duration::from_millis(20);

/// Check everything that can be checked and say what to do
#[derive(Debug, clap::Args)]
pub struct Doctor {
    /// Answer for this node's clock for a day, although it jumped or the peers' clocks differ: look at it first
    #[arg(long)]
    confirm_clock: bool,
}

impl Doctor {
    /// Runs the command. It is an error if any check fails.
    ///
    /// # Errors
    /// If the configuration cannot be read, or a check failed.
    pub fn run<W: Write>(self, mut terminal: Terminal<'_, W>) -> anyhow::Result<()> {
        let config = terminal.load()?;
        let examine = if self.confirm_clock { doctor::Command::ConfirmClock } else { doctor::Command::Examine };
        let mut findings = vec![certificates(&config), database_key(&config), disk(&config.node.data_dir)];
        findings.extend(pages(&config));
        findings.extend(e_mail(&config));
        match terminal.ask::<Vec<Finding>>(&Command::Doctor(examine)) {
            Ok(online) => findings.extend(online),
            Err(error) => findings.push(Finding::new("node", State::Fail, format!("{error:#}"), "start it: verbund run (or systemctl start verbund)")),
        }
        terminal.show(&findings, |findings, out| {
            let mut table = Table::new(&["check", "state", "found"]);
            for finding in findings {
                table.row([&finding.check, &format!("{:?}", finding.state).to_lowercase(), &finding.found]);
            }
            table.write(out, "nothing to check")?;
            findings.iter().filter(|finding| !finding.remedy.is_empty()).try_for_each(|finding| writeln!(out, "\n{}: {}", finding.check, finding.remedy))
        })?;
        let failed = findings.iter().filter(|finding| finding.state == State::Fail).count();
        anyhow::ensure!(failed == 0, "{failed} of {} checks failed", findings.len());
        Ok(())
    }
}

fn certificates(config: &Config) -> Finding {
    let check = "certificates";
    let node = &config.node;
    let name = NodeName { network: node.network.clone(), member: node.member.clone(), node: node.node.clone() };
    let renew = "make new requests (verbund init --renew is for a later release: ask the cooperative), then verbund join";
    let identity = match Identity::load(&node.identity_dir, &name) {
        Ok(identity) => identity,
        Err(error) => return Finding::new(check, State::Fail, anyhow::Error::from(error).root_cause().to_string(), "see `verbund init` and `verbund join`"),
    };
    let now = super::now();
    if let Err(error) = identity.check_validity(now) {
        return Finding::new(check, State::Fail, error.to_string(), renew);
    }
    let validity = identity.validity();
    let (end, days) = (validity.until, validity.days_left(now));
    let state = if days < identity::RENEW_DAYS { State::Warn } else { State::Ok };
    Finding::new(check, state, format!("valid for {days} more days, until {end}"), renew)
}

fn database_key(config: &Config) -> Finding {
    let check = "database key";
    match KeyFile::new(&config.node.database_key, &config.node.data_dir).and_then(|file| file.read()) {
        Ok(_) => Finding::new(check, State::Ok, "readable by this user only, outside the data directory", ""),
        Err(error) => Finding::new(check, State::Fail, error.to_string(), "put the key file back from your safe; without it the data cannot be read"),
    }
}

/// The web pages' certificates, and the texts that the law asks for.
fn pages(config: &Config) -> Vec<Finding> {
    let (web, mut findings) = (&config.web, Vec::new());
    for (name, site) in [("patients' pages", &web.patient), ("staff's pages", &web.staff)] {
        let Some(site) = site else { continue };
        let remedy = "put a certificate chain and its key in the files named in the configuration; they are read again by themselves";
        findings.push(match listen::validity(site).map(|validity| validity.days_left(super::now())) {
            Ok(days) => Finding::new(name, if days < listen::RENEW_DAYS { State::Warn } else { State::Ok }, format!("certificate valid for {days} more days"), remedy),
            Err(error) => Finding::new(name, State::Fail, error.to_string(), remedy),
        });
    }
    if !findings.is_empty() {
        let texts = [("imprint", &web.imprint), ("privacy", &web.privacy), ("accessibility", &web.accessibility)];
        let absent = |path: &Option<std::path::PathBuf>| path.as_ref().is_none_or(|path| !fs::read_to_string(path).is_ok_and(|text| !text.trim().is_empty()));
        let absent: Vec<&str> = texts.into_iter().filter(|(_, path)| absent(path)).map(|(name, _)| name).collect();
        let (state, found) = if absent.is_empty() { (State::Ok, "all three are there".to_owned()) } else { (State::Warn, format!("absent: {}", absent.join(", "))) };
        findings.push(Finding::new("legal texts", state, found, "write them as plain text and name the files in the part [web] of the configuration"));
        findings.push(logo(web.logo.as_deref()));
    }
    findings
}

/// Without a logo pages show the clinic's name alone.
fn logo(path: Option<&Path>) -> Finding {
    let (check, remedy) = ("logo", "name a PNG or JPEG of at most 48 KiB and 1024 pixels a side as logo in the part [web] of the configuration, then restart");
    match path.map(|path| (path, Logo::load(path))) {
        Some((_, Ok(logo))) => Finding::new(check, State::Ok, format!("{} × {} pixels, {} bytes", logo.width, logo.height, logo.content.len()), ""),
        Some((path, Err(error))) => Finding::new(check, State::Warn, format!("unreadable: {}: {error}", path.display()), remedy),
        None => Finding::new(check, State::Warn, "absent: pages show the clinic's name alone", remedy),
    }
}

/// Whether the mail server takes mails: connects, encrypts, signs in. Clinics without pages for patients need none.
fn e_mail(config: &Config) -> Option<Finding> {
    let check = "e-mail";
    let Some(post) = Post::new(config) else {
        let remedy = "name your mail server in the part [mail] of the configuration; until then patients with news stand on the staff's list to be called";
        return config.web.patient.as_ref().map(|_| Finding::new(check, State::Warn, "no mail server is named: nothing is sent", remedy));
    };
    let remedy = "compare the part [mail] of the configuration with your mail server: name, port, starttls or implicit, roots, user and password";
    Some(match post.check() {
        Ok(()) => Finding::new(check, State::Ok, "the mail server answers, encrypted and with a certificate that is trusted", ""),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            Finding::new(check, State::Fail, format!("{error}{cause}"), remedy)
        }
    })
}

/// Times what every acknowledged message waits for: a small write and its sync.
fn disk(data_dir: &Path) -> Finding {
    let check = "disk sync";
    let path = data_dir.join("doctor.tmp");
    let measured = sync_times(&path);
    let _ = fs::remove_file(&path); // a left-over of 80 KiB harms nobody
    match measured {
        Ok(times) => {
            let median = times[times.len() / 2];
            let state = if median > SLOW_SYNC { State::Warn } else { State::Ok };
            Finding::new(
                check,
                state,
                format!("{:.1} ms (median of {})", median.as_secs_f64() * 1e3, times.len()),
                "use a local SSD; network file systems and busy disks make every answer slow",
            )
        }
        Err(error) => {
            Finding::new(check, State::Fail, format!("cannot write in {}: {error}", data_dir.display()), "run as the node's user; check owner and free space of the data directory")
        }
    }
}

fn sync_times(path: &Path) -> std::io::Result<Vec<Duration>> {
    let mut file = File::create(path)?;
    let mut times = Vec::new();
    for _ in 0..20 {
        let begun = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn texts_that_the_law_asks_for_are_named_while_they_are_absent() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().display();
        let text = format!(
            "[node]\nnetwork = \"test\"\nmember = \"kh-a\"\nnode = \"1\"\n[web]\nclinic = \"Klinik\"\nphone = \"0\"\nhours = \"immer\"\n\
             imprint = \"{place}/imprint.txt\"\nprivacy = \"{place}/privacy.txt\"\n[web.staff]\nlisten = \"127.0.0.1:1\"\n\
             public_url = \"https://s.example\"\ncertificate = \"{place}/web.crt\"\nprivate_key = \"{place}/web.key\"\n"
        );
        let config = Config::parse(&text, "c").unwrap();
        let said = || {
            let findings = pages(&config);
            assert_eq!(findings.iter().find(|finding| finding.check == "staff's pages").unwrap().state, State::Fail, "there is no certificate");
            let texts = findings.into_iter().find(|finding| finding.check == "legal texts").unwrap();
            (texts.state, texts.found)
        };
        assert_eq!(said(), (State::Warn, "absent: imprint, privacy, accessibility".into()));
        fs::write(folder.path().join("imprint.txt"), "Klinik, Musterstadt").unwrap();
        fs::write(folder.path().join("privacy.txt"), " \n").unwrap();
        assert_eq!(said(), (State::Warn, "absent: privacy, accessibility".into()), "an empty one is absent, and so is one that is not named");
        let named = Config {
            web: crate::domain::config::web::WebSection { accessibility: config.web.imprint.clone(), privacy: config.web.imprint.clone(), ..config.web.clone() },
            ..config.clone()
        };
        let texts = pages(&named).into_iter().find(|finding| finding.check == "legal texts").unwrap();
        assert_eq!((texts.state, texts.found.as_str()), (State::Ok, "all three are there"));
    }
}
