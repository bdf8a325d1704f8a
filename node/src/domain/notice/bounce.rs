//! What a mail server sends back when a mail could not be delivered (RFC 3464), as far as it is needed: which mail, and for good or not.

use super::MailId;

/// Largest report that is read, bytes: a mail server returns at most the head of what it could not deliver, and ours are small.
pub const MAX_BOUNCE: usize = 256 << 10;

/// A mail that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// Which. Nobody else can know its random name.
    pub id: MailId,
    /// The status code as RFC 3463 has it, `5.1.1`: a class of 5 says that the address does not work.
    pub status: String,
}

impl Bounce {
    /// Reads a report. Nothing if it names no mail of ours, or does not say that delivery has failed for good: a delay is no failure.
    pub fn read(report: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(&report[..report.len().min(MAX_BOUNCE)]);
        let field =
            |name: &str| text.lines().filter_map(|line| line.split_once(':')).find(|(found, _)| found.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned());
        let failed = field("Action")?.eq_ignore_ascii_case("failed");
        let status = field("Status")?.split_whitespace().next()?.to_owned();
        let after = |(at, prefix): (usize, &str)| text.as_bytes().get(at + prefix.len()..);
        let id = text.match_indices(MailId::PREFIX).filter_map(after).find(|rest| rest.get(32) == Some(&b'@')).and_then(|rest| std::str::from_utf8(&rest[..32]).ok())?;
        if failed { Self::of(id, &status) } else { None }
    }

    /// Returns the same from a mail's name and a status. Nothing if the status is not one of failing for good.
    pub fn of(id: &str, status: &str) -> Option<Self> {
        (is_status(status) && status.starts_with("5.")).then_some(Self { id: id.parse().ok()?, status: status.to_owned() })
    }
}

/// Returns whether this is a status as RFC 3463 has it: three numbers with dots between.
pub fn is_status(text: &str) -> bool {
    text.len() <= 11 && text.split('.').count() == 3 && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Returns whether a status for good is about the address. RFC 3463: 5.0 says nothing more, 5.1 and 5.2 are about the address and its
/// mailbox; 5.3 to 5.7 about systems, the way there, the mail and rules.
pub fn blames_address(status: &str) -> bool {
    !["5.3.", "5.4.", "5.5.", "5.6.", "5.7."].iter().any(|class| status.starts_with(class))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// As Postfix writes it, cut to what counts.
    fn report(action: &str, status: &str, id: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mail.example\r\nSubject: Undelivered Mail Returned to Sender\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"x\"\r\n\r\n\
             --x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\nFinal-Recipient: rfc822; erna@beispiel.example\r\n\
             Action: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--x\r\nContent-Type: text/rfc822-headers\r\n\r\n\
             From: verbund@klinik.example\r\nMessage-ID: <{id}@klinik.example>\r\n\r\n--x--\r\n"
        )
    }

    #[test]
    fn a_report_names_the_mail_and_says_that_it_failed() {
        let id = MailId([0xab; 16]);
        let ours = format!("verbund.{id}");
        assert_eq!(Bounce::read(report("failed", "5.1.1", &ours).as_bytes()), Some(Bounce { id, status: "5.1.1".into() }));
        for (action, status, id) in [
            ("delayed", "4.4.1", ours.as_str()),
            ("failed", "4.4.7", &ours),
            ("delivered", "2.0.0", &ours),
            ("failed", "5.1.1", "other.abab"),
            ("failed", "5", &ours),
            ("failed", "5.x.1", &ours),
        ] {
            assert_eq!(Bounce::read(report(action, status, id).as_bytes()), None, "{action} {status} {id}");
        }
        assert_eq!(Bounce::read(b""), None);
        assert_eq!(Bounce::read(format!("Action: failed\nStatus: 5.1.1\nverbund.{}", "f".repeat(31)).as_bytes()), None);
    }
}
