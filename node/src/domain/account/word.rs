//! User names and passwords.

use std::{fmt, str::FromStr};

/// Shortest and longest user name, characters.
const LOGIN: (usize, usize) = (3, 64);
/// Shortest password, characters; with a second factor beside it (BSI ORP.4, NIST SP 800-63B: length before variety).
pub const PASSWORD_LEAST: usize = 10;
/// Longest password, characters: a bound on work, far above what people type.
pub const PASSWORD_MOST: usize = 200;

/// The beginnings of what is tried first everywhere (published lists of leaked passwords, German and English).
const COMMON: &[&str] = &[
    "0123456789",
    "1234567890",
    "123456789",
    "1q2w3e4r5t",
    "abcdefghij",
    "aaaaaaaaaa",
    "administrator",
    "baseball",
    "dragon",
    "fickdich",
    "football",
    "hallo",
    "iloveyou",
    "ichliebedich",
    "krankenhaus",
    "letmein",
    "master",
    "passwort",
    "password",
    "qwertzuiop",
    "qwertyuiop",
    "schalke",
    "sommer",
    "sonnenschein",
    "superman",
    "verbund",
    "welcome",
    "willkommen",
    "winter",
];

/// A user name, in lower case: 3 to 64 letters, digits and `. - _ @ +`, so that an e-mail address will do.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Login(String);

/// Not a user name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("3 to 64 letters, digits and . - _ @ +")]
pub struct LoginFault;

impl Login {
    /// Returns the user name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Login {
    type Err = LoginFault;
    fn from_str(text: &str) -> Result<Self, LoginFault> {
        let text = text.trim().to_lowercase();
        let fits = (LOGIN.0..=LOGIN.1).contains(&text.chars().count()) && text.chars().all(|c| c.is_alphanumeric() || ".-_@+".contains(c));
        if fits { Ok(Self(text)) } else { Err(LoginFault) }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(..)")
    }
}

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Fewer than [`PASSWORD_LEAST`] characters.
    #[error("at least 10 characters")]
    Short,
    /// More than [`PASSWORD_MOST`] characters.
    #[error("at most 200 characters")]
    Long,
    /// One of those that are tried first, or the user name.
    #[error("too easy to guess")]
    Common,
}

/// Checks a new password. Everything may be in it, spaces and pasted text too.
///
/// # Errors
/// [`PasswordFault`].
pub fn check_password(password: &str, login: &Login) -> Result<(), PasswordFault> {
    let length = password.chars().count();
    if length < PASSWORD_LEAST {
        return Err(PasswordFault::Short);
    }
    if length > PASSWORD_MOST {
        return Err(PasswordFault::Long);
    }
    let lower = password.to_lowercase();
    let different: std::collections::BTreeSet<char> = lower.chars().collect();
    // What is left beside the known part must be more than a year and a mark.
    let known = COMMON.iter().copied().chain([login.as_str()]).any(|known| lower.contains(known) && length < known.chars().count() + 8);
    if known || different.len() < 5 { Err(PasswordFault::Common) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn user_names() {
        assert_eq!(" Erna.Beispiel@Mail.example ".parse::<Login>().unwrap().as_str(), "erna.beispiel@mail.example");
        assert!("Jörg".parse::<Login>().is_ok());
        for wrong in ["", "ab", "erna beispiel", "a\nb", "<script>", &"x".repeat(65)] {
            assert_eq!(wrong.parse::<Login>(), Err(LoginFault));
        }
    }

    #[test]
    fn passwords_are_long_and_not_the_first_to_be_tried() {
        let login: Login = "erna".parse().unwrap();
        let check = |password: &str| check_password(password, &login);
        assert_eq!(check("kurz"), Err(PasswordFault::Short));
        assert_eq!(check(&"lang genug ".repeat(20)), Err(PasswordFault::Long));
        for easy in ["Passwort2026", "1234567890", "aaaaaaaaaaaa", "Erna-1951!", "Sommer2026!"] {
            assert_eq!(check(easy), Err(PasswordFault::Common), "{easy}");
        }
        for fine in ["drei blaue Boote", "äöüß-€uro-Kurs", "correct horse battery"] {
            assert_eq!(check(fine), Ok(()), "{fine}");
        }
    }
}
