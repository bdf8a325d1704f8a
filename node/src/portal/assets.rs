//! Style, scripts: part of the program, under names that change with their content, so that browsers may keep them for ever.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

/// A file that pages load.
pub struct Asset {
    kind: &'static str,
    /// What it holds.
    pub content: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    path: LazyLock<String>,
}

impl Asset {
    /// Returns where pages load it from.
    pub fn path(&'static self) -> &'static str {
        &self.path
    }
}

fn name(content: &str, kind: &str) -> String {
    let hash = Sha256::digest(content.as_bytes());
    format!("/assets/{}.{kind}", super::guard::hex(&hash[..8]))
}

/// The style sheet.
pub static STYLE: Asset = {
    const CONTENT: &str = include_str!("assets/style.css");
    Asset { kind: "css", content: CONTENT, media_type: "text/css; charset=utf-8", path: LazyLock::new(|| name(CONTENT, "css")) }
};

/// The only script: passkeys, and comforts that pages do without.
pub static SCRIPT: Asset = {
    const CONTENT: &str = include_str!("assets/script.js");
    Asset { kind: "js", content: CONTENT, media_type: "text/javascript; charset=utf-8", path: LazyLock::new(|| name(CONTENT, "js")) }
};

/// Returns the file under `name`.
pub fn find(name: &str) -> Option<&'static Asset> {
    [&STYLE, &SCRIPT].into_iter().find(|asset| asset.path().strip_prefix("/assets/") == Some(name) && name.ends_with(asset.kind))
}
