//! Identifiers, each a type of its own so that none can stand in for another.

use std::{fmt, str::FromStr};

use minicbor::{Decode, Encode};

/// A word is not a valid identifier. The offending text is not repeated when it could be personal data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// A network, member or node name breaks the slug rule.
    #[error("a {what} is 1 to {max} characters of a-z, 0-9 and '-', beginning and ending with a letter or digit")]
    Slug {
        /// Which kind of name was asked for.
        what: &'static str,
        /// Its longest allowed length.
        max: usize,
    },
    /// An IK is not nine digits.
    #[error("an IK (Institutionskennzeichen) is nine digits")]
    IkShape,
    /// The ninth digit of an IK does not follow from digits three to eight.
    #[error("the check digit of this IK is wrong: expected {expected} as the ninth digit")]
    IkCheckDigit {
        /// The digit that would have been right.
        expected: u8,
    },
    /// A department key is not four to six digits.
    #[error("a department key (Fachabteilungsschlüssel) is four to six digits, such as 2300")]
    Department,
    /// A KDL code is not two letters and six digits.
    #[error("a document type is a KDL code: two capital letters and six digits, such as AD010115 (discharge report)")]
    Kdl,
    /// A hexadecimal identifier has the wrong length or a foreign character.
    #[error("a {what} is {digits} hexadecimal digits")]
    Hex {
        /// Which kind of identifier was asked for.
        what: &'static str,
        /// How many digits it has.
        digits: usize,
    },
}

fn slug(text: &str, what: &'static str, max: usize) -> Result<String, InvalidId> {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let fits = !text.is_empty() && text.len() <= max && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-');
    if fits { Ok(text.to_owned()) } else { Err(InvalidId::Slug { what, max }) }
}

/// Text newtypes: parsed with a rule, printed as they are, CBOR text on the wire (the rule is applied on decoding too).
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $parse:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Returns the identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let parse: fn(&str) -> Result<String, InvalidId> = $parse;
                parse(text).map(Self)
            }
        }
        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(&self, e: &mut minicbor::Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.str(&self.0)?.ok()
            }
        }
        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let at = d.position();
                d.str()?.parse().map_err(|error| minicbor::decode::Error::custom(error).at(at))
            }
        }
    };
}

text_id!(
    /// Names one Verbund, for example `bayern`. It is part of every signature, so nothing signed in one network counts in another.
    NetworkId, |text| slug(text, "network name", 32)
);
text_id!(
    /// Names a member: the owner of one or more facilities. Conversations, grants and addresses hang on it, never on a key.
    MemberId, |text| slug(text, "member id", 48)
);
text_id!(
    /// Names one of a member's nodes, for example `1` or `sued`.
    NodeId, |text| slug(text, "node id", 16)
);
text_id!(
    /// Institutionskennzeichen (IK, §293 SGB V) of a facility: nine digits, the last one a check digit
    /// (digits 3 to 8 weighted 2,1,2,1,2,1, cross sums added, modulo 10; rule in the ARGE IK's circular).
    Ik, parse_ik
);
text_id!(
    /// Fachabteilungsschlüssel of a department within a facility: four digits (acute: §301 SGB V; rehab: the DRV's own key),
    /// with up to two more where a house counts several departments under one key. Its meaning is catalogue data.
    DepartmentKey, |text| {
        let fits = (4..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if fits { Ok(text.to_owned()) } else { Err(InvalidId::Department) }
    }
);

text_id!(
    /// Klinische Dokumentenklassen-Liste (KDL) code of a document: two capital letters and six digits, such as `AD010115`.
    /// Only the shape is fixed here; which codes exist and what they mean is catalogue data ([`crate::document::kdl`]).
    KdlCode, |text| {
        let (letters, digits) = text.split_at_checked(2).unwrap_or_default();
        let fits = letters.bytes().all(|b| b.is_ascii_uppercase()) && digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit());
        if fits { Ok(text.to_owned()) } else { Err(InvalidId::Kdl) }
    }
);

impl DepartmentKey {
    /// Returns the key that sorts before all others, for range queries.
    pub fn lowest() -> Self {
        Self("0000".into())
    }
}

fn parse_ik(text: &str) -> Result<String, InvalidId> {
    let digits: Vec<u8> = text.bytes().map(|b| b.wrapping_sub(b'0')).collect();
    if digits.len() != 9 || digits.iter().any(|d| *d > 9) {
        return Err(InvalidId::IkShape);
    }
    let expected = ik_check_digit(&digits);
    if digits[8] == expected { Ok(text.to_owned()) } else { Err(InvalidId::IkCheckDigit { expected }) }
}

fn ik_check_digit(digits: &[u8]) -> u8 {
    let sum: u8 = digits[2..8].iter().zip([2, 1, 2, 1, 2, 1]).map(|(digit, weight)| digit * weight).map(|p| p / 10 + p % 10).sum();
    sum % 10
}

impl Ik {
    /// Returns the IK whose first eight digits are those of `stem` (0 to 99,999,999), with its check digit. For demo data and tests.
    pub fn with_check_digit(stem: u32) -> Self {
        let eight = format!("{:08}", stem % 100_000_000);
        let digits: Vec<u8> = eight.bytes().map(|b| b - b'0').collect();
        let check = ik_check_digit(&digits);
        Self(format!("{eight}{check}"))
    }
}

/// Binary newtypes of a fixed length, shown as hexadecimal, CBOR byte strings on the wire.
macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $len:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Returns the raw bytes.
            pub fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
            /// Returns the identifier held in `bytes`, or nothing if the length differs.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                unhex(text).map(Self).ok_or(InvalidId::Hex { what: $what, digits: $len * 2 })
            }
        }
        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                const DIGITS: &[u8; 16] = b"0123456789abcdef";
                let mut text = [0; 2 * $len];
                for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
                    pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
                }
                f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(&self, e: &mut minicbor::Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }
        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let at = d.position();
                Self::from_slice(d.bytes()?).ok_or_else(|| minicbor::decode::Error::message(concat!("wrong length of ", $what)).at(at))
            }
        }
    };
}

bytes_id!(
    /// Names one conversation between two members: random, different for every recipient of an inquiry.
    ConversationId, 16, "conversation id"
);
bytes_id!(
    /// SHA-256 of the exact bytes of something signed or salted.
    Digest, 32, "digest"
);
bytes_id!(
    /// BLAKE3 root over a document's ciphertext: names the document on the wire.
    DocumentRoot, 32, "document root"
);
bytes_id!(
    /// Random name of one grant, so that one can be revoked among several over the same document.
    GrantId, 16, "grant id"
);
bytes_id!(
    /// Random name of a patient, consent, case or other local thing. It never leaves the clinic.
    LocalId, 8, "local id"
);

impl Digest {
    /// Returns the SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(sha2::Sha256::digest(bytes).into())
    }
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let text = text.as_bytes();
    if text.len() != N * 2 {
        return None;
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(text.chunks(2)) {
        let digit = |c: u8| (c as char).to_digit(16);
        *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ik_follows_the_check_digit_rule() {
        // The examples of shared DOMAIN.md, section 5.
        for ik in ["108310400", "109500969", "260326822"] {
            assert!(ik.parse::<Ik>().is_ok(), "{ik}");
        }
        assert_eq!("108310401".parse::<Ik>(), Err(InvalidId::IkCheckDigit { expected: 0 }));
        assert_eq!("10831040".parse::<Ik>(), Err(InvalidId::IkShape));
        assert_eq!(Ik::with_check_digit(10_831_040).as_str(), "108310400");
    }

    #[test]
    fn names_are_slugs() {
        assert!("kh-musterstadt".parse::<MemberId>().is_ok());
        for bad in ["", "-a", "a-", "A", "ä", "a b"] {
            assert!(bad.parse::<MemberId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn hexadecimal_comes_back() {
        let id = ConversationId([0xab; 16]);
        assert_eq!(id.to_string().parse::<ConversationId>(), Ok(id));
        assert!("xy".parse::<ConversationId>().is_err());
    }
}
