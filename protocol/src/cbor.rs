//! The wire's CBOR: integer map keys, definite lengths, nothing nested deeper or larger than agreed.
//!
//! [`read`] checks the shape before anything is allocated for it; unknown keys are skipped, so version N reads what N+1 wrote.

use minicbor::{Decode, Decoder, Encode, data::Type};

use crate::limits::MAX_DEPTH;

/// Bytes are not what the wire agreed on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Longer than this kind of thing may be.
    #[error("{size} bytes are more than the {limit} allowed")]
    TooLarge {
        /// What came.
        size: usize,
        /// What is allowed.
        limit: usize,
    },
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested deeper than {MAX_DEPTH} levels at byte {at}")]
    TooDeep {
        /// Where in the input.
        at: usize,
    },
    /// An indefinite length, which the wire does not use.
    #[error("indefinite length at byte {at}")]
    Indefinite {
        /// Where in the input.
        at: usize,
    },
    /// Bytes follow the value.
    #[error("{extra} bytes follow the value")]
    Trailing {
        /// How many.
        extra: usize,
    },
    /// Not CBOR, or not of the expected shape.
    #[error("not the expected CBOR: {0}")]
    Shape(String),
}

/// Returns the CBOR of `value`.
pub fn write<T: Encode<()>>(value: &T) -> Vec<u8> {
    crate::later::amended(minicbor::to_vec(value).expect("writing to memory does not fail"))
}

/// Returns the value in `bytes`, which must be exactly one well-formed item of at most `limit` bytes.
///
/// # Errors
/// [`Malformed`] names the first fault; nothing of the input's content is repeated in it.
pub fn read<'b, T: Decode<'b, ()>>(bytes: &'b [u8], limit: usize) -> Result<T, Malformed> {
    check(bytes, limit)?;
    minicbor::decode(bytes).map_err(|error| Malformed::Shape(error.to_string()))
}

/// Checks size, depth and definite lengths of exactly one item, without allocating.
///
/// # Errors
/// [`Malformed`] names the first fault.
pub fn check(bytes: &[u8], limit: usize) -> Result<(), Malformed> {
    if bytes.len() > limit {
        return Err(Malformed::TooLarge { size: bytes.len(), limit });
    }
    let mut decoder = Decoder::new(bytes);
    // How many items are still open at each level; the stack is as deep as the nesting.
    let mut open = [0_u64; MAX_DEPTH];
    open[0] = 1;
    let mut level = 0;
    loop {
        while open[level] == 0 {
            if level == 0 {
                let extra = bytes.len() - decoder.position();
                return if extra == 0 { Ok(()) } else { Err(Malformed::Trailing { extra }) };
            }
            level -= 1;
        }
        open[level] -= 1;
        let at = decoder.position();
        if let Some(items) = item(&mut decoder)? {
            level += 1;
            *open.get_mut(level).ok_or(Malformed::TooDeep { at })? = items;
        }
    }
}

/// Reads one head with its bytes; returns how many items it opens, if it is a container.
fn item(decoder: &mut Decoder<'_>) -> Result<Option<u64>, Malformed> {
    let at = decoder.position();
    let shape = |error: minicbor::decode::Error| Malformed::Shape(error.to_string());
    let remaining = (decoder.input().len() - at) as u64;
    let bounded = |items: u64| if items <= remaining { Ok(Some(items)) } else { Err(Malformed::Shape(format!("container longer than the input at byte {at}"))) };
    match decoder.datatype().map_err(shape)? {
        Type::BytesIndef | Type::StringIndef | Type::ArrayIndef | Type::MapIndef | Type::Break => Err(Malformed::Indefinite { at }),
        Type::Array => bounded(decoder.array().map_err(shape)?.unwrap_or(0)),
        Type::Map => bounded(decoder.map().map_err(shape)?.unwrap_or(0).saturating_mul(2)),
        Type::Tag => decoder.tag().map(|_| Some(1)).map_err(shape),
        _ => decoder.skip().map(|()| None).map_err(shape),
    }
}

/// A list of byte strings, for `#[cbor(with = "cbor::byte_strings")]` (minicbor would write `Vec<u8>` as an array of numbers).
pub mod byte_strings {
    use minicbor::{
        Decoder, Encoder,
        decode::Error as DecodeError,
        encode::{Error as EncodeError, Write},
    };

    /// Writes the list.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn encode<C, W: Write>(list: &[Vec<u8>], e: &mut Encoder<W>, _: &mut C) -> Result<(), EncodeError<W::Error>> {
        e.array(list.len() as u64)?;
        for item in list {
            e.bytes(item)?;
        }
        Ok(())
    }
    /// Reads a list of definite length.
    ///
    /// # Errors
    /// Those of the decoder.
    pub fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<Vec<Vec<u8>>, DecodeError> {
        let at = d.position();
        let len = d.array()?.ok_or_else(|| DecodeError::message("indefinite length").at(at))?;
        (0..len).map(|_| d.bytes().map(<[u8]>::to_vec)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_is_checked_first() {
        assert_eq!(check(&write(&vec![1_u8, 2, 3]), 100), Ok(()));
        assert_eq!(check(&[0x9f, 0x01, 0xff], 100), Err(Malformed::Indefinite { at: 0 }));
        assert_eq!(check(&[0x01, 0x02], 100), Err(Malformed::Trailing { extra: 1 }));
        assert_eq!(check(&[0x81; 64], 100), Err(Malformed::TooDeep { at: MAX_DEPTH - 1 }));
        assert_eq!(check(&[0; 101], 100), Err(Malformed::TooLarge { size: 101, limit: 100 }));
        // An array that claims four thousand million items in five bytes.
        assert!(matches!(check(&[0x9a, 0xff, 0xff, 0xff, 0xff], 100), Err(Malformed::Shape(_))));
        assert!(matches!(check(&[], 100), Err(Malformed::Shape(_))));
    }
}
