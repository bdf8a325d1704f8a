//! Facilities as an officer writes them down: TOML or JSON, coordinates in degrees.

use std::path::Path;

use verbund_protocol::{
    id::Ik,
    membership::{Facility, FacilityKind},
};

use crate::{AuthorityError, files};

/// One facility, as it stands in a file under `[[facility]]`.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FacilityEntry {
    /// Institutionskennzeichen.
    pub ik: Ik,
    /// Name as people write it.
    pub name: String,
    /// Standortnummer (77…), where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<u32>,
    /// `acute`, `rehab` or `both`.
    pub kind: FacilityKind,
    /// Degrees north (WGS 84).
    pub latitude: f64,
    /// Degrees east (WGS 84).
    pub longitude: f64,
    /// Place name for people.
    pub place: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct FacilityFile {
    facility: Vec<FacilityEntry>,
}

impl From<FacilityEntry> for Facility {
    fn from(entry: FacilityEntry) -> Self {
        let FacilityEntry { ik, name, site, kind, latitude, longitude, place } = entry;
        Self { ik, name, site, kind, latitude: micro_degrees(latitude), longitude: micro_degrees(longitude), place }
    }
}

/// What is not a number or lies beyond the type's range ends at its edge, which the document's own check refuses.
fn micro_degrees(degrees: f64) -> i32 {
    if degrees.is_nan() { i32::MAX } else { (degrees * 1e6).round() as i32 }
}

/// Returns the facilities in a file: JSON if its name ends in `.json`, else TOML.
///
/// # Errors
/// [`AuthorityError::Unreadable`] names the file and the place in it.
pub fn read(path: &Path) -> Result<Vec<Facility>, AuthorityError> {
    let text = files::read_text(path)?;
    let unreadable = |why: String| AuthorityError::Unreadable { path: path.to_owned(), why };
    let json = path.extension().is_some_and(|end| end == "json");
    let file: FacilityFile =
        if json { serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))? } else { toml::from_str(&text).map_err(|error| unreadable(error.to_string()))? };
    Ok(file.facility.into_iter().map(Facility::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(name: &str, text: &str) -> Result<Vec<Facility>, String> {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join(name);
        std::fs::write(&path, text).unwrap();
        read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn toml_and_json_say_the_same() {
        let toml = "[[facility]]\nik = \"108310400\"\nname = \"Klinik\"\nkind = \"rehab\"\nlatitude = 48.5\nlongitude = -0.25\nplace = \"Seestadt\"\n";
        let json = r#"{"facility":[{"ik":"108310400","name":"Klinik","kind":"rehab","latitude":48.5,"longitude":-0.25,"place":"Seestadt"}]}"#;
        let read = read_as("f.toml", toml).unwrap();
        assert_eq!((read[0].latitude, read[0].longitude), (48_500_000, -250_000));
        assert_eq!(read_as("f.json", json).unwrap(), read);
    }

    #[test]
    fn faults_name_the_file_and_the_place() {
        let refused = |text: &str| read_as("f.toml", text).unwrap_err();
        assert!(refused("[[facility]]\nbeds = 3\n").contains("f.toml"));
        assert!(refused("[[facility]]\nbeds = 3\n").contains("beds"));
        assert!(refused("[[facility]]\nik = \"108310401\"\n").contains("check digit"));
        assert!(read_as("f.json", "{").unwrap_err().contains("line 1"));
    }
}
