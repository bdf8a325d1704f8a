//! Codes on paper: twelve characters that can be read over the phone, the last of which finds slips of the pen.

use std::{fmt, str::FromStr};

use crate::domain::entropy::Entropy;

/// 31 characters, none of which looks like another in print (no 0, 1, I, L, O). Their number is prime, so that the check character finds
/// every wrong character and every two that changed places.
const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Characters in a code, the check character among them: 11 x log2(31) = 54 bits of chance.
const LENGTH: usize = 12;

/// A code on paper.
#[derive(Clone, PartialEq, Eq)]
pub struct Code([u8; LENGTH]);

/// Not a code. The text typed is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeFault {
    /// Too short or too long.
    #[error("a code has 12 characters")]
    Length,
    /// A character that no code has.
    #[error("codes have digits from 2 to 9 and letters except I, L and O")]
    Character,
    /// The check character does not fit.
    #[error("a character is mistyped")]
    Check,
}

impl Code {
    /// Returns a new code.
    pub fn new(entropy: &mut dyn Entropy) -> Self {
        let mut values = [0; LENGTH];
        for value in &mut values[..LENGTH - 1] {
            // Without bias: bytes beyond the last whole round are drawn again.
            *value = loop {
                let [byte] = entropy.bytes::<1>();
                if byte < 248 {
                    break byte % 31;
                }
            };
        }
        values[LENGTH - 1] = check(&values);
        Self(values)
    }

    /// Returns what the store keeps: the hash of the code as printed without hyphens.
    pub fn hash(&self) -> [u8; 32] {
        super::hash("code", &self.letters())
    }

    fn letters(&self) -> [u8; LENGTH] {
        self.0.map(|value| ALPHABET[usize::from(value)])
    }
}

/// The weighted sum of the first eleven, so that all twelve together, weighted 1 to 12, are zero modulo 31.
fn check(values: &[u8; LENGTH]) -> u8 {
    let sum: u32 = (1..).zip(&values[..LENGTH - 1]).map(|(weight, value)| weight * u32::from(*value)).sum();
    // The inverse of 12 modulo 31 is 13 (12 x 13 = 156 = 5 x 31 + 1).
    ((31 - sum % 31) * 13 % 31) as u8
}

impl FromStr for Code {
    type Err = CodeFault;
    fn from_str(text: &str) -> Result<Self, CodeFault> {
        let mut values = Vec::new();
        for character in text.chars().filter(|c| !c.is_whitespace() && !"-‐‑–—.".contains(*c)) {
            let upper = character.to_ascii_uppercase();
            let value = ALPHABET.iter().position(|known| char::from(*known) == upper).ok_or(CodeFault::Character)?;
            values.push(value as u8);
        }
        let values: [u8; LENGTH] = values.try_into().map_err(|_| CodeFault::Length)?;
        if check(&values) == values[LENGTH - 1] { Ok(Self(values)) } else { Err(CodeFault::Check) }
    }
}

impl fmt::Display for Code {
    /// As printed: `ABCD-EFGH-JKMN`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = self.letters().map(char::from);
        for (at, group) in letters.chunks(4).enumerate() {
            write!(f, "{}{}", if at > 0 { "-" } else { "" }, group.iter().collect::<String>())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::entropy::Seeded;

    #[test]
    fn a_code_reads_back_however_it_is_typed() {
        for seed in 0..200 {
            let code = Code::new(&mut Seeded::new(seed));
            let printed = code.to_string();
            assert_eq!(printed.len(), 14);
            let typed = format!(" {} ", printed.to_lowercase().replace('-', " "));
            assert!(typed.parse::<Code>().unwrap() == code && code.hash() == printed.parse::<Code>().unwrap().hash());
        }
    }

    #[test]
    fn every_slip_of_the_pen_is_found() {
        for seed in 0..20 {
            let letters: Vec<u8> = Code::new(&mut Seeded::new(seed)).letters().to_vec();
            let refused = |letters: &[u8]| std::str::from_utf8(letters).unwrap().parse::<Code>() == Err(CodeFault::Check);
            for at in 0..LENGTH {
                for other in ALPHABET.iter().filter(|other| **other != letters[at]) {
                    let mut wrong = letters.clone();
                    wrong[at] = *other;
                    assert!(refused(&wrong));
                }
                for with in at + 1..LENGTH {
                    let mut wrong = letters.clone();
                    wrong.swap(at, with);
                    assert!(wrong == letters || refused(&wrong));
                }
            }
        }
    }

    #[test]
    fn what_is_no_code_is_told_why() {
        assert_eq!("ABC".parse::<Code>(), Err(CodeFault::Length));
        assert_eq!("".parse::<Code>(), Err(CodeFault::Length));
        assert_eq!("O123-4567-89AB".parse::<Code>(), Err(CodeFault::Character));
        assert_eq!("2222-2222-222ä".parse::<Code>(), Err(CodeFault::Character));
    }
}
