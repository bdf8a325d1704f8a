//! The clinic's logo, out of a file. PNG and JPEG only: an SVG is a document of its own that can carry script and fetch from elsewhere, and
//! would be served under the pages' own address.

use std::{fs::File, io::Read as _, path::Path};

use sha2::{Digest as _, Sha256};

/// Largest file, bytes: with it a first visit stays below 100 kB.
pub const MAX_BYTES: u64 = 48 << 10;
/// Most pixels of a side: more is none that a page shows, and would only fill browsers' memory.
pub const MAX_SIDE: u32 = 1_024;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A logo that can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// The file as it is.
    pub content: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
    /// Where pages load it from: named by its content, so that browsers may keep it for ever.
    pub path: String,
    /// Pixels, so that a page does not move when it has come.
    pub width: u32,
    /// Likewise.
    pub height: u32,
}

/// A logo cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum LogoError {
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Read(#[from] std::io::Error),
    /// The file is larger than pages may be.
    #[error("the file has more than {} KiB", MAX_BYTES >> 10)]
    Large,
    /// Neither PNG nor JPEG, or a broken one.
    #[error("the file is no PNG or JPEG picture")]
    Kind,
    /// More pixels than anything shows.
    #[error("the picture has no pixels, or more than {MAX_SIDE} in a row or column")]
    Pixels,
}

impl Logo {
    /// Reads a logo.
    ///
    /// # Errors
    /// [`LogoError`].
    pub fn load(path: &Path) -> Result<Self, LogoError> {
        let mut content = Vec::new();
        File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut content)?;
        Self::of(content)
    }

    fn of(content: Vec<u8>) -> Result<Self, LogoError> {
        if content.len() as u64 > MAX_BYTES {
            return Err(LogoError::Large);
        }
        let (media_type, kind, size) = if content.starts_with(PNG) { ("image/png", "png", png_size(&content)) } else { ("image/jpeg", "jpg", jpeg_size(&content)) };
        let (width, height) = size.ok_or(LogoError::Kind)?;
        if ![width, height].iter().all(|side| (1..=MAX_SIDE).contains(side)) {
            return Err(LogoError::Pixels);
        }
        let path = format!("/assets/{}.{kind}", super::guard::hex(&Sha256::digest(&content)[..8]));
        Ok(Self { content, media_type, path, width, height })
    }
}

/// A PNG begins with its header (PNG specification, 11.2.2).
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes.get(PNG.len() + 4..PNG.len() + 16)?.strip_prefix(b"IHDR")?;
    let side = |at: usize| header.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    Some((side(0)?, side(4)?))
}

/// A JPEG is a row of segments; that of the frame says the size (ITU-T T.81, B.2.2).
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let (&[0xff, marker, high, low], _) = rest.split_first_chunk::<4>()? else { return None };
        let segment = rest.get(2..2 + usize::from(u16::from_be_bytes([high, low])))?;
        match marker {
            // A frame's header; C4, C8 and CC are tables and reserved.
            0xc0..=0xcf if ![0xc4, 0xc8, 0xcc].contains(&marker) => {
                let side = |at: usize| segment.get(at..at + 2)?.try_into().ok().map(|two| u32::from(u16::from_be_bytes(two)));
                return Some((side(5)?, side(3)?));
            }
            // The picture itself, or its end: no frame has come before.
            0xda | 0xd9 => return None,
            // A length counts its own two bytes.
            _ if segment.len() < 2 => return None,
            _ => rest = rest.get(2 + segment.len()..)?,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        [PNG, &[0, 0, 0, 13], b"IHDR", &width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat()
    }

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let (tables, frame) = ([&[0xff, 0xc4, 0, 4, 1, 2][..]].concat(), [&[0xff, 0xc2, 0, 11, 8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[1, 1, 0x11, 0]].concat());
        [&[0xff, 0xd8, 0xff, 0xe0, 0, 7][..], b"JFIF\0", &tables, &frame, &[0xff, 0xda]].concat()
    }

    #[test]
    fn a_picture_is_named_by_its_content_and_knows_its_size() {
        let (a, b) = (Logo::of(png(240, 80)).unwrap(), Logo::of(jpeg(200, 60)).unwrap());
        assert_eq!((a.media_type, a.width, a.height, a.path.ends_with(".png")), ("image/png", 240, 80, true));
        assert_eq!((b.media_type, b.width, b.height, b.path.ends_with(".jpg")), ("image/jpeg", 200, 60, true));
        assert_ne!(a.path, Logo::of(png(240, 81)).unwrap().path);
    }

    #[test]
    fn what_is_no_small_picture_is_refused() {
        for wrong in [
            &b""[..],
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>",
            b"GIF89a",
            PNG,
            &png(9, 9)[..20],
            &jpeg(9, 9)[..24],
            b"\xff\xd8\xff\xe0\0\0",
            b"\xff\xd8\xff\xda\0\x02",
        ] {
            assert!(matches!(Logo::of(wrong.to_vec()), Err(LogoError::Kind)), "{wrong:?}");
        }
        for (width, height) in [(0, 9), (9, 0), (MAX_SIDE + 1, 9), (9, u32::MAX)] {
            assert!(matches!(Logo::of(png(width, height)), Err(LogoError::Pixels)), "{width}x{height}");
        }
        let mut large = png(9, 9);
        large.resize(MAX_BYTES as usize + 1, 0);
        assert!(matches!(Logo::of(large), Err(LogoError::Large)));
        assert!(matches!(Logo::load(Path::new("/nothing/there.png")), Err(LogoError::Read(_))));
    }

    /// Whatever is cut off anywhere is read without panic.
    #[test]
    fn cut_off_pictures_are_refused() {
        for whole in [png(9, 9), jpeg(9, 9)] {
            for end in 0..whole.len() {
                let _ = Logo::of(whole[..end].to_vec());
            }
        }
    }
}
