//! E-mail: the clinic's own mail server, to which notices are handed.

use std::path::PathBuf;

use crate::domain::notice::Address;

/// E-mail. Without this part the node sends none.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSection {
    /// The mail server's host name, as its certificate has it.
    pub server: String,
    /// Its port.
    #[serde(default = "defaults::port")]
    pub port: u16,
    /// How the connection is encrypted: `starttls` or `implicit`.
    #[serde(default = "defaults::tls")]
    pub tls: String,
    /// PEM file with the certificates of the authorities that are trusted.
    #[serde(default = "defaults::roots")]
    pub roots: PathBuf,
    /// Whom mails come from, and where what cannot be delivered goes.
    pub sender: Address,
    /// The user name at the mail server, if it asks for one.
    pub user: Option<String>,
    /// File with the password for it.
    pub password_file: Option<PathBuf>,
    /// Who hears of a new inquiry when nobody of admissions is signed in; nobody without it.
    pub admissions: Option<Address>,
    /// How long the mail server may take for an answer, seconds.
    #[serde(default = "defaults::timeout")]
    pub timeout_seconds: u64,
}

mod defaults {
    pub fn port() -> u16 {
        587
    }
    pub fn tls() -> String {
        "starttls".into()
    }
    pub fn roots() -> std::path::PathBuf {
        "/etc/ssl/certs/ca-certificates.crt".into()
    }
    pub fn timeout() -> u64 {
        20
    }
}

impl MailSection {
    /// Returns whether the connection is encrypted from its first byte (RFC 8314), not by STARTTLS.
    pub fn is_implicit(&self) -> bool {
        self.tls == "implicit"
    }

    /// Returns the paths in it, to be made relative to the configuration file.
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        std::iter::once(&mut self.roots).chain(&mut self.password_file)
    }

    pub(super) fn check(&self) -> Result<(), (String, String)> {
        let fault = |key: &str, what: String| Err((format!("mail.{key}"), what));
        let host = self.server.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b));
        if self.server.is_empty() || self.server.len() > 253 || !host {
            return fault("server", format!("{:?} is not a host name such as mail.klinikum.example", self.server));
        }
        if !matches!(self.tls.as_str(), "starttls" | "implicit") {
            return fault("tls", format!("{:?} is neither \"starttls\" nor \"implicit\": nothing is sent without TLS", self.tls));
        }
        if self.user.is_some() != self.password_file.is_some() {
            return fault("password_file", "user and password_file belong together: give both or neither".into());
        }
        super::within("mail.timeout_seconds", self.timeout_seconds, 1, 300, "seconds")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::domain::config::Config;

    #[test]
    fn mail_is_sent_with_tls_or_not_at_all() {
        let parse = |text: &str| {
            let least = "[node]\nnetwork = \"test\"\nmember = \"kh-a\"\nnode = \"1\"\n[mail]\nserver = \"mail.example\"\n";
            Config::parse(&format!("{least}{text}"), "c").map_err(|error| error.to_string())
        };
        let sender = "sender = \"verbund@klinik.example\"\n";
        let mail = parse(sender).unwrap().mail.unwrap();
        assert!(mail.port == 587 && !mail.is_implicit() && mail.admissions.is_none(), "{mail:?}");
        assert!(parse(&format!("{sender}tls = \"implicit\"")).unwrap().mail.unwrap().is_implicit());
        assert!(parse(&format!("{sender}tls = \"none\"")).unwrap_err().contains("nothing is sent without TLS"));
        assert!(parse("").unwrap_err().contains("sender"));
        assert!(parse("sender = \"Klinik <a@b.example>\"").unwrap_err().contains("not an e-mail address"));
        assert!(parse(&format!("{sender}user = \"verbund\"")).unwrap_err().contains("belong together"));
        assert!(parse(&format!("{sender}server_ = 1")).unwrap_err().contains("server_"));
        assert!(parse(&format!("{sender}timeout_seconds = 0")).unwrap_err().contains("mail.timeout_seconds"));
    }
}
