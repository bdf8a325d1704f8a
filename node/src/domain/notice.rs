//! Notices by e-mail: what they may be about, addresses, codes that travel by e-mail, and what a mail server says that could not deliver.

use std::{fmt, str::FromStr, time::Duration};

use verbund_protocol::id::LocalId;

use super::{account::hash, entropy::Entropy};

mod bounce;

pub use bounce::{Bounce, MAX_BOUNCE, blames_address, is_status};

/// How long a code by e-mail works.
pub const CODE_FOR: Duration = Duration::from_secs(10 * 60);
/// How many wrong tries a code by e-mail survives.
pub const CODE_TRIES: u32 = 5;
/// How long after one code the next may be asked for.
pub const CODE_PAUSE: Duration = Duration::from_secs(60);
/// How many codes an account may ask for within an hour.
pub const CODES_AN_HOUR: u32 = 5;
/// After how long a mail that never left is given up. A code is given up when it no longer works.
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(3 * 86_400);
/// After how long people are called because the mail that should tell them has not left.
pub const LATE_AFTER: Duration = Duration::from_secs(2 * 3_600);
/// How long mails that have left are remembered: until then one that comes back is recognised, and nobody who has not looked gets another.
pub const REMEMBERED_FOR: Duration = Duration::from_secs(14 * 86_400);

/// The wait before the next attempt: from 2 seconds doubling to 15 minutes.
pub fn pause(attempts: u32) -> Duration {
    Duration::from_secs(1 << attempts.clamp(1, 10)).min(Duration::from_secs(15 * 60))
}

/// What is new for a patient. A mail never says which; each can be switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Somebody of the clinic has written.
    Message,
    /// A clinic has answered: it offers a place, or has none.
    Offer,
    /// A chosen place was confirmed, changed or lost.
    Place,
    /// There is something new to read: a document.
    Document,
}

impl Kind {
    /// All.
    pub const ALL: [Self; 4] = [Self::Message, Self::Offer, Self::Place, Self::Document];

    /// Returns the word used in forms, the store and the audit.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Offer => "offer",
            Self::Place => "place",
            Self::Document => "document",
        }
    }
    /// Returns what a word stands for.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Which kinds somebody does not want to be told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Silent(pub u8);

impl Silent {
    /// Everything is switched off.
    pub const ALL: Self = Self((1 << Kind::ALL.len()) - 1);

    /// Returns those of [`Kind::ALL`] that `heard` leaves out.
    pub fn but(heard: &[Kind]) -> Self {
        Self(Kind::ALL.into_iter().filter(|kind| !heard.contains(kind)).fold(0, |bits, kind| bits | 1 << kind as u8))
    }
    /// Returns whether a kind is switched off.
    pub fn has(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }
}

/// What a mail is sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Something is new for a patient.
    Notice,
    /// A code to be typed.
    Code,
    /// Admissions have a new inquiry.
    Inquiry,
}

impl Errand {
    /// Returns the word used in the store and the audit.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Code => "code",
            Self::Inquiry => "inquiry",
        }
    }
}

impl FromStr for Errand {
    type Err = super::account::UnknownWord;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Notice, Self::Code, Self::Inquiry].into_iter().find(|errand| errand.word() == text).ok_or(super::account::UnknownWord)
    }
}

/// A mail's random name. It stands in the Message-ID, so that a mail sent twice is one, and in what comes back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MailId(pub [u8; 16]);

impl MailId {
    /// What stands before the name in a Message-ID.
    pub const PREFIX: &str = "verbund.";

    /// Returns a new one.
    pub fn new(entropy: &mut dyn Entropy) -> Self {
        Self(entropy.bytes())
    }
}

impl fmt::Display for MailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for MailId {
    type Err = super::account::UnknownWord;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = super::account::UnknownWord;
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(fault);
        }
        let mut id = [0; 16];
        for (at, byte) in id.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| fault)?;
        }
        Ok(Self(id))
    }
}

impl fmt::Debug for MailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailId({self})")
    }
}

/// A mail to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its name.
    pub id: MailId,
    /// What for.
    pub errand: Errand,
    /// To whom; nobody for what goes to the address in the configuration.
    pub to: Option<Address>,
    /// The code it carries.
    pub code: Option<String>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("id", &self.id).field("errand", &self.errand).finish_non_exhaustive()
    }
}

/// An e-mail address, of the plain kind that people have: letters, digits and `.!#$%&'*+/=?^_{|}~-` before the `@`, a host name with a dot after it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Address(String);

/// This is no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address such as erna@beispiel.example")]
pub struct AddressFault;

impl Address {
    /// Longest, bytes (RFC 5321: a path of 256 with its brackets).
    pub const MAX: usize = 254;

    /// Returns it whole.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Returns what stands before and after the `@`.
    pub fn parts(&self) -> (&str, &str) {
        self.0.rsplit_once('@').unwrap_or((&self.0, ""))
    }
    /// Returns enough of it for its owner to know which it is, and for nobody else: `e…@beispiel.example`.
    pub fn hint(&self) -> String {
        let (local, domain) = self.parts();
        format!("{}…@{domain}", local.chars().next().unwrap_or('…'))
    }
}

impl FromStr for Address {
    type Err = AddressFault;
    fn from_str(text: &str) -> Result<Self, AddressFault> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(AddressFault)?;
        let dotted = |text: &str, allowed: fn(u8) -> bool| text.split('.').all(|part| !part.is_empty() && part.bytes().all(allowed));
        let named = dotted(local, |b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_{|}~-".contains(&b)) && local.len() <= 64;
        let labels = domain.split('.').all(|label| label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-'));
        let hosted = dotted(domain, |b| b.is_ascii_alphanumeric() || b == b'-') && labels && domain.contains('.');
        if named && hosted && text.len() <= Self::MAX { Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase()))) } else { Err(AddressFault) }
    }
}

impl TryFrom<String> for Address {
    type Error = AddressFault;
    fn try_from(text: String) -> Result<Self, AddressFault> {
        text.parse()
    }
}

/// An address is personal: it is not written anywhere by accident.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

/// A code of six digits that travels by e-mail.
#[derive(Clone, PartialEq, Eq)]
pub struct MailCode(String);

impl MailCode {
    /// Returns a new one.
    pub fn new(entropy: &mut dyn Entropy) -> Self {
        Self(format!("{:06}", entropy.below(1_000_000)))
    }
    /// Reads what somebody typed: six digits, with blanks anywhere.
    pub fn typed(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        (digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(Self(digits))
    }
    /// Returns the digits.
    pub fn digits(&self) -> &str {
        &self.0
    }
    /// Returns what the store keeps: it differs from account to account.
    pub fn hash(&self, account: LocalId) -> [u8; 32] {
        hash("mail code", &[&account.0, self.0.as_bytes()].concat())
    }
}

impl fmt::Debug for MailCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailCode(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn addresses_are_those_that_people_have() {
        for good in ["erna@beispiel.example", "erna.muster+klinik@mail.beispiel.example", "  e@b.de "] {
            assert!(good.parse::<Address>().is_ok(), "{good}");
        }
        let long = format!("{}@b.de", "x".repeat(65));
        for bad in ["", "erna", "@b.de", "e@b", "e@.de", "e.@b.de", ".e@b.de", "e..f@b.de", "e@b.de\r\nbcc: x@y.de", "e f@b.de", "<e@b.de>", "e@-b.de", "ü@b.de", "e@b@c.de", &long]
        {
            assert_eq!(bad.parse::<Address>(), Err(AddressFault), "{bad}");
        }
        let erna: Address = "Erna@Beispiel.Example".parse().unwrap();
        assert_eq!((erna.as_str(), erna.hint().as_str()), ("Erna@beispiel.example", "E…@beispiel.example"));
        assert!(!format!("{erna:?}").contains("rna"));
    }

    #[test]
    fn kinds_are_switched_off_one_by_one() {
        assert_eq!((Silent::but(&Kind::ALL), Silent::but(&[])), (Silent::default(), Silent::ALL));
        let silent = Silent::but(&[Kind::Offer, Kind::Document]);
        assert_eq!(Kind::ALL.map(|kind| silent.has(kind)), [true, false, true, false]);
        assert!(Kind::ALL.into_iter().all(|kind| Kind::named(kind.word()) == Some(kind)));
    }

    #[test]
    fn attempts_come_soon_and_then_every_quarter_of_an_hour() {
        assert_eq!([0, 1, 2, 3, 9, 10, 4_000_000_000].map(|attempts| pause(attempts).as_secs()), [2, 2, 4, 8, 512, 900, 900]);
    }

    #[test]
    fn a_code_is_six_digits_of_one_account() {
        let code = MailCode::new(&mut crate::domain::entropy::System);
        assert_eq!(MailCode::typed(&format!(" {} {}", &code.digits()[..3], &code.digits()[3..])), Some(code.clone()));
        assert_ne!(code.hash(LocalId([1; 8])), code.hash(LocalId([2; 8])));
        assert!(["", "12345", "1234567", "12345a", "１２３４５６"].iter().all(|text| MailCode::typed(text).is_none()));
    }
}
