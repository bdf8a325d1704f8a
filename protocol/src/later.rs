//! What a later version of the program might write, for tests. Without the feature `later-fields` nothing of it is in the program; hospital
//! packages build without it.

#[cfg(feature = "later-fields")]
thread_local! {
    static LATER: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Runs `work` as a later version would: every map that this thread writes meanwhile has a field that nobody here knows, signed forms among them.
#[cfg(feature = "later-fields")]
pub fn as_a_later_version<T>(work: impl FnOnce() -> T) -> T {
    struct Over;
    impl Drop for Over {
        fn drop(&mut self) {
            LATER.set(false);
        }
    }
    let _over = Over;
    LATER.set(true);
    work()
}

/// Adds the field, if this thread writes as a later version.
#[cfg(feature = "later-fields")]
pub(crate) fn amended(bytes: Vec<u8>) -> Vec<u8> {
    if LATER.get() { with_unknown_field(bytes) } else { bytes }
}

/// Adds nothing.
#[cfg(not(feature = "later-fields"))]
#[inline(always)]
pub(crate) const fn amended(bytes: Vec<u8>) -> Vec<u8> {
    bytes
}

/// Adds a field under a number that nobody uses to the outermost map; what is no map stays as it is. A map of 23 fields would need a longer
/// head, and none of the wire has as many.
#[cfg(feature = "later-fields")]
fn with_unknown_field(bytes: Vec<u8>) -> Vec<u8> {
    let Some(head) = bytes.first().copied().filter(|head| (0xa0..0xb7).contains(head)) else { return bytes };
    let mut longer = vec![head + 1];
    longer.extend_from_slice(&bytes[1..]);
    // The number 200, and the text "later".
    longer.extend([0x18, 200, 0x65]);
    longer.extend(b"later");
    longer
}

#[cfg(all(test, feature = "later-fields"))]
mod tests {
    use super::*;
    use crate::cbor;

    #[test]
    fn only_maps_have_the_field_and_only_meanwhile() {
        let (map, list) = ([0xa1, 0x00, 0x01].to_vec(), [0x81, 0x01].to_vec());
        let longer = as_a_later_version(|| (amended(map.clone()), amended(list.clone())));
        assert_eq!(longer, ([&[0xa2, 0x00, 0x01, 0x18, 200, 0x65][..], b"later"].concat(), list));
        assert_eq!(amended(map.clone()), map);
        assert!(cbor::check(&longer.0, 100).is_ok());
    }
}
