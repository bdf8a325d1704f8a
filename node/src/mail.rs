//! E-mail: hands mails to the clinic's own mail server, over TLS and not at all otherwise. It keeps nothing and decides nothing: what is
//! sent, when and again comes from the outbox (`workflow/notice`), and who is told is not known here.
//!
//! A mail is sent at least once: if the node is cut off between the server's word and its own record, it is sent again under the same
//! Message-ID.

mod text;

use std::{fs, time::Duration};

use lettre::{
    Address as Mailbox, Message,
    message::{
        Mailbox as Named,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{Certificate, CertificateStore, SmtpConnection, TlsParameters},
        commands::{Data, Mail as From, Rcpt, Rset},
        extension::ClientId,
    },
};

use crate::domain::{
    config::{Config, mail::MailSection},
    notice::{Address, Mail, MailId, blames_address, is_status},
};

/// Largest file of trusted certificates and of a password, bytes.
const MAX_FILE: u64 = 4 << 20;

/// What came of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The mail server has it.
    Taken,
    /// The mail server will never take it.
    Refused {
        /// The status it gave: `5.1.1`, or `550` without one. What else it wrote may name somebody and is not kept.
        status: String,
        /// Whether the address is at fault, not the mail.
        address: bool,
    },
    /// Not now. Why, without anything personal.
    Later(String),
}

/// The mail server cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// A file that the configuration names.
    #[error("cannot read {path}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Those are no trusted certificates.
    #[error("{path} holds no certificate that can be trusted")]
    Roots {
        /// The file.
        path: String,
    },
    /// No encrypted connection.
    #[error("no encrypted connection to the mail server: {0}")]
    Connect(String),
    /// It does not take the user name and password.
    #[error("the mail server refuses the user name or the password ({0})")]
    SignIn(String),
}

/// The way to the mail server.
#[derive(Clone, Debug)]
pub struct Post {
    section: MailSection,
    /// The patients' site.
    patients: String,
    /// The staff's site.
    staff: String,
}

impl Post {
    /// Returns the way that the configuration names, if it names one.
    pub fn new(config: &Config) -> Option<Self> {
        let url = |site: &Option<crate::domain::config::web::SiteSection>| site.as_ref().map(|site| site.public_url.clone()).unwrap_or_default();
        Some(Self { section: config.mail.clone()?, patients: url(&config.web.patient), staff: url(&config.web.staff) })
    }

    /// Sends mails over one connection, and returns what came of each, in their order. Waits for the network.
    pub fn send(&self, mails: &[Mail]) -> Vec<Sent> {
        let mut connection = match self.connect() {
            Ok(connection) => connection,
            Err(error) => return vec![Sent::Later(said(&error)); mails.len()],
        };
        let results = mails.iter().map(|mail| self.hand_over(&mut connection, mail)).collect();
        let _ = connection.quit(); // whatever it was handed, it has answered for already
        results
    }

    /// Connects, signs in and leaves again.
    ///
    /// # Errors
    /// [`MailError`] says what stands in the way.
    pub fn check(&self) -> Result<(), MailError> {
        let mut connection = self.connect()?;
        let _ = connection.quit(); // nothing was handed over
        Ok(())
    }

    fn connect(&self) -> Result<SmtpConnection, MailError> {
        let section = &self.section;
        let connect = |error: lettre::transport::smtp::Error| MailError::Connect(said(&error));
        let tls = self.tls()?;
        let hello = ClientId::Domain(section.sender.parts().1.to_owned());
        let timeout = Some(Duration::from_secs(section.timeout_seconds));
        let at = (section.server.as_str(), section.port);
        let connection = if section.is_implicit() {
            SmtpConnection::connect(at, timeout, &hello, Some(&tls), None).map_err(connect)?
        } else {
            let mut connection = SmtpConnection::connect(at, timeout, &hello, None, None).map_err(connect)?;
            connection.starttls(&tls, &hello).map_err(connect)?;
            connection
        };
        self.sign_in(connection)
    }

    fn sign_in(&self, mut connection: SmtpConnection) -> Result<SmtpConnection, MailError> {
        if !connection.is_encrypted() {
            return Err(MailError::Connect("it is not encrypted".into()));
        }
        if let (Some(user), Some(file)) = (&self.section.user, &self.section.password_file) {
            let password = String::from_utf8_lossy(&read(file)?).trim_end_matches(['\r', '\n']).to_owned();
            let credentials = Credentials::new(user.clone(), password);
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).map_err(|error| MailError::SignIn(code(&error)))?;
        }
        Ok(connection)
    }

    fn tls(&self) -> Result<TlsParameters, MailError> {
        let path = &self.section.roots;
        let roots = || MailError::Roots { path: path.display().to_string() };
        let certificates = Certificate::from_pem(&read(path)?).map_err(|_| roots())?;
        let tls = TlsParameters::builder(self.section.server.clone()).certificate_store(CertificateStore::None).add_root_certificate(certificates);
        tls.build_rustls().map_err(|_| roots())
    }

    fn hand_over(&self, connection: &mut SmtpConnection, mail: &Mail) -> Sent {
        let Some(to) = mail.to.as_ref().or(self.section.admissions.as_ref()) else { return Sent::Later("there is nobody to send it to".into()) };
        let (Some(message), Some(sender), Some(recipient)) = (self.message(mail, to), mailbox(&self.section.sender), mailbox(to)) else {
            return Sent::Refused { status: "5.1.3".into(), address: true };
        };
        let later = |error: lettre::transport::smtp::Error| Sent::Later(said(&error));
        // What the server says of us is not the recipient's fault, for good or not.
        let asked = connection.command(From::new(Some(sender), vec![])).map_err(later);
        let asked = asked.and_then(|_| connection.command(Rcpt::new(recipient, vec![])).map_err(|error| judge(&error, true)));
        let asked = asked.and_then(|_| connection.command(Data).map_err(|error| judge(&error, false)));
        let sent = asked.and_then(|_| connection.message(&message).map_err(|error| judge(&error, false)));
        match sent {
            Ok(_) => Sent::Taken,
            Err(what) => {
                let _ = connection.command(Rset); // if it does not answer, the next mail will hear so
                what
            }
        }
    }

    fn message(&self, mail: &Mail, to: &Address) -> Option<Vec<u8>> {
        let (subject, body) = text::of(mail, &self.patients, &self.staff);
        let automatic = HeaderName::new_from_ascii("Auto-Submitted".into()).ok()?;
        let message = Message::builder()
            .from(Named::new(None, mailbox(&self.section.sender)?))
            .to(Named::new(None, mailbox(to)?))
            .subject(subject)
            .date_now()
            .message_id(Some(message_id(mail.id, &self.section.sender)))
            .raw_header(HeaderValue::new(automatic, "auto-generated".into()))
            .header(ContentType::TEXT_PLAIN)
            .body(body);
        Some(message.ok()?.formatted())
    }
}

/// Returns the name under which a mail is one, however often it is sent.
fn message_id(id: MailId, sender: &Address) -> String {
    format!("<{}{id}@{}>", MailId::PREFIX, sender.parts().1)
}

fn mailbox(address: &Address) -> Option<Mailbox> {
    let (local, domain) = address.parts();
    Mailbox::new(local, domain).ok()
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, MailError> {
    let fault = |source| MailError::File { path: path.display().to_string(), source };
    if fs::metadata(path).map_err(fault)?.len() > MAX_FILE {
        return Err(fault(std::io::Error::other("it is far too large")));
    }
    fs::read(path).map_err(fault)
}

/// Judges what the server said of a recipient or a mail.
fn judge(error: &lettre::transport::smtp::Error, of_recipient: bool) -> Sent {
    if !error.is_permanent() {
        return Sent::Later(said(error));
    }
    let status = code(error);
    let address = of_recipient && blames_address(&status);
    Sent::Refused { status, address }
}

/// Returns the status that a server gave: the one of RFC 3463 if there is one, or the three digits.
fn code(error: &lettre::transport::smtp::Error) -> String {
    let text = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let first = text.split([' ', '\n']).next().unwrap_or_default();
    match error.status() {
        _ if is_status(first) => first.to_owned(),
        Some(code) => code.to_string(),
        None => "no status".into(),
    }
}

/// Returns a fault with its causes in words, without what a server wrote: that may name somebody.
fn said<E: std::error::Error + 'static>(error: &E) -> String {
    let any: &dyn std::error::Error = error;
    if let Some(smtp) = any.downcast_ref::<lettre::transport::smtp::Error>()
        && smtp.status().is_some()
    {
        return format!("the mail server answered {}", code(smtp));
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let more = next.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = next.source();
    }
    text.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::notice::Errand;

    fn post() -> Post {
        let least = "[node]\nnetwork = \"test\"\nmember = \"kh-a\"\nnode = \"1\"\n[mail]\nserver = \"mail.example\"\nsender = \"verbund@klinik.example\"\n";
        let mut post = Post::new(&Config::parse(least, "c").unwrap()).unwrap();
        (post.patients, post.staff) = ("https://p.example".into(), "https://s.example".into());
        post
    }

    #[test]
    fn a_mail_says_no_more_than_it_must() {
        let to: Address = "erna@beispiel.example".parse().unwrap();
        let mail = |errand, code: Option<&str>| Mail { id: MailId([7; 16]), errand, to: Some(to.clone()), code: code.map(str::to_owned) };
        let raw = |mail: &Mail| String::from_utf8(post().message(mail, &to).unwrap()).unwrap();
        let notice = raw(&mail(Errand::Notice, None));
        assert!(notice.contains("Sie haben eine neue Nachricht Ihrer Klinik") && notice.contains("https://p.example") && notice.contains("You have a new message"), "{notice}");
        assert!(notice.contains(&format!("Message-ID: <verbund.{}@klinik.example>\r\n", "07".repeat(16))) && notice.contains("Auto-Submitted: auto-generated"), "{notice}");
        assert_eq!(notice.replace(char::is_numeric, ""), raw(&mail(Errand::Notice, Some("123456"))).replace(char::is_numeric, ""), "only a code's mail carries a code");
        let code = raw(&mail(Errand::Code, Some("123456")));
        let (head, body) = code.split_once("\r\n\r\n").unwrap();
        assert!(body.contains("123456") && !head.contains("123456"), "{code}");
        let inquiry = raw(&mail(Errand::Inquiry, None));
        assert!(inquiry.contains("https://s.example") && !inquiry.contains("https://p.example"), "{inquiry}");
    }

    #[test]
    fn a_server_that_is_not_there_is_named() {
        let mut post = post();
        post.section.roots = "/nowhere/roots.pem".into();
        assert!(matches!(post.check(), Err(MailError::File { path, .. }) if path == "/nowhere/roots.pem"));
        assert_eq!(post.send(&[]), []);
    }
}
