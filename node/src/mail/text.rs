//! What mails say: that there is something, and where to read it. Never who, where or what about; whoever sees a mail on a locked telephone
//! learns no more than that a clinic wrote. German first, English below, since nobody's language is known outside of the pages.

use crate::domain::notice::{Errand, Mail};

/// Returns subject and text.
pub(super) fn of(mail: &Mail, patients: &str, staff: &str) -> (&'static str, String) {
    match mail.errand {
        Errand::Notice => (
            "Neue Nachricht Ihrer Klinik / New message from your clinic",
            format!(
                "Sie haben eine neue Nachricht Ihrer Klinik.\r\nZum Lesen melden Sie sich hier an:\r\n{patients}\r\n\r\n\
                 Auf diese E-Mail kann niemand antworten. Im Notfall rufen Sie 112.\r\n\r\n--\r\n\r\n\
                 You have a new message from your clinic.\r\nTo read it, sign in here:\r\n{patients}\r\n\r\n\
                 Nobody reads replies to this e-mail. In an emergency call 112.\r\n"
            ),
        ),
        Errand::Code => {
            let code = mail.code.as_deref().unwrap_or_default();
            (
                "Ihr Code / Your code",
                format!(
                    "Ihr Code: {code}\r\n\r\nEr gilt 10 Minuten und nur einmal. Geben Sie ihn nur auf der Seite ein, auf der Sie gerade sind:\r\n{patients}\r\n\
                     Wenn Sie keinen Code wollten, brauchen Sie nichts zu tun.\r\n\r\n--\r\n\r\n\
                     Your code: {code}\r\n\r\nIt works for 10 minutes and only once. Type it only on the page where you are now:\r\n{patients}\r\n\
                     If you did not ask for a code, there is nothing to do.\r\n"
                ),
            )
        }
        Errand::Inquiry => (
            "Neue Anfrage / New inquiry",
            format!(
                "Eine neue Anfrage wartet auf Ihre Antwort. Niemand von der Aufnahme ist angemeldet.\r\nZum Lesen melden Sie sich hier an:\r\n{staff}\r\n\r\n--\r\n\r\n\
                 A new inquiry waits for your answer. Nobody of admissions is signed in.\r\nTo read it, sign in here:\r\n{staff}\r\n"
            ),
        ),
    }
}
