//! How a case came to its end, and who takes care of the patient then.

use std::fmt;

use verbund_protocol::time::Timestamp;

/// Longest name or telephone number, characters.
pub const MAX_NAME: usize = 120;
/// Fewest digits that can be dialled: an extension within the house.
const MIN_DIGITS: usize = 3;

/// Who takes care of a patient from now on. Nothing of it is in any `Debug` output.
#[derive(Clone, PartialEq, Eq)]
pub struct Carer {
    name: String,
    phone: String,
}

/// What is wrong with who takes care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no name, or it is too long.
    Name,
    /// There is no telephone number, or nobody can dial it.
    Phone,
}

impl Carer {
    /// Returns who takes care, if both name and number can be meant.
    ///
    /// # Errors
    /// [`Fault`].
    pub fn new(name: &str, phone: &str) -> Result<Self, Fault> {
        let (name, phone) = (name.trim(), phone.trim());
        if name.is_empty() || name.chars().count() > MAX_NAME {
            return Err(Fault::Name);
        }
        if phone.chars().count() > MAX_NAME || phone.chars().filter(char::is_ascii_digit).count() < MIN_DIGITS {
            return Err(Fault::Phone);
        }
        Ok(Self { name: name.to_owned(), phone: phone.to_owned() })
    }
    /// Returns the name, with whatever else says who it is.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Returns the telephone number as it was typed.
    pub fn phone(&self) -> &str {
        &self.phone
    }
}

impl fmt::Debug for Carer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Carer")
    }
}

/// How staff end a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// No clinic had a place. Somebody with a name takes care then.
    NoPlace(Carer),
    /// No place is needed any more, or one was found outside of all this.
    Otherwise(Option<Carer>),
}

/// The end of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// How.
    pub how: How,
    /// When.
    pub at: Timestamp,
    /// Who ended it.
    pub by: String,
}

impl End {
    /// Returns who takes care now.
    pub const fn carer(&self) -> Option<&Carer> {
        match &self.how {
            How::NoPlace(carer) => Some(carer),
            How::Otherwise(carer) => carer.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_care_has_a_name_and_a_number_to_dial() {
        let carer = Carer::new(" Dr. Beispiel ", " 0821 400-123 ").unwrap();
        assert_eq!((carer.name(), carer.phone()), ("Dr. Beispiel", "0821 400-123"));
        assert_eq!(Carer::new("Station 4", "-312").map(|carer| carer.phone().to_owned()), Ok("-312".into()));
        assert_eq!([Carer::new(" ", "0821 400"), Carer::new(&"x".repeat(121), "0821 400")], [Err(Fault::Name), Err(Fault::Name)]);
        assert_eq!(["", "später", "12", &"1".repeat(121)].map(|phone| Carer::new("Dr. Beispiel", phone)), [const { Err(Fault::Phone) }; 4]);
        assert_eq!(format!("{carer:?}"), "Carer");
    }
}
