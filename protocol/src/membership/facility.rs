//! A facility as people write it in one line: `ik=260120196; kind=acute; name=Klinikum; place=Musterstadt; lat=48.1; lon=11.5`.

use std::str::FromStr;

use super::{Facility, FacilityKind};

/// A line is not a facility.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFacility {
    /// A part is not `key=value`, or its key is not known.
    #[error("\"{0}\" is none of ik=, name=, kind=, place=, lat=, lon=, site= (parts are separated by semicolons)")]
    Part(String),
    /// A part that is needed is missing or comes twice.
    #[error("a facility needs {0}= exactly once")]
    Needs(&'static str),
    /// A value is not what its key asks for.
    #[error("{key}={value}: {wanted}")]
    Value {
        /// The key.
        key: &'static str,
        /// What was written.
        value: String,
        /// What would be right.
        wanted: String,
    },
}

impl FromStr for Facility {
    type Err = InvalidFacility;

    fn from_str(line: &str) -> Result<Self, InvalidFacility> {
        let mut parts = Vec::new();
        for part in line.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').ok_or_else(|| InvalidFacility::Part(part.into()))?;
            let known = ["ik", "name", "kind", "place", "lat", "lon", "site"].into_iter().find(|known| *known == key.trim());
            parts.push((known.ok_or_else(|| InvalidFacility::Part(part.into()))?, value.trim()));
        }
        let optional = |key: &'static str| {
            let mut found = parts.iter().filter(|(name, _)| *name == key).map(|(_, value)| *value);
            let first = found.next();
            if found.next().is_some() { Err(InvalidFacility::Needs(key)) } else { Ok(first) }
        };
        let needed = |key: &'static str| optional(key)?.ok_or(InvalidFacility::Needs(key));
        let wrong = |key, value: &str, wanted: String| InvalidFacility::Value { key, value: value.into(), wanted };
        let ik = needed("ik")?;
        let site = optional("site")?;
        Ok(Self {
            ik: ik.parse().map_err(|error: crate::id::InvalidId| wrong("ik", ik, error.to_string()))?,
            name: needed("name")?.into(),
            site: site.map(|site| site.parse().map_err(|_| wrong("site", site, "a Standortnummer such as 771234000".into()))).transpose()?,
            kind: kind(needed("kind")?)?,
            latitude: degrees("lat", needed("lat")?, 90.0)?,
            longitude: degrees("lon", needed("lon")?, 180.0)?,
            place: needed("place")?.into(),
        })
    }
}

fn kind(word: &str) -> Result<FacilityKind, InvalidFacility> {
    match word {
        "acute" => Ok(FacilityKind::Acute),
        "rehab" => Ok(FacilityKind::Rehab),
        "both" => Ok(FacilityKind::Both),
        other => Err(InvalidFacility::Value { key: "kind", value: other.into(), wanted: "acute, rehab or both".into() }),
    }
}

fn degrees(key: &'static str, text: &str, most: f64) -> Result<i32, InvalidFacility> {
    let wrong = || InvalidFacility::Value { key, value: text.into(), wanted: format!("degrees between -{most} and {most}, such as 48.137") };
    let degrees: f64 = text.parse().map_err(|_| wrong())?;
    // NaN is in no range.
    if (-most..=most).contains(&degrees) { Ok((degrees * 1e6).round() as i32) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_a_facility() {
        let facility: Facility = "ik=108310400; kind=rehab; name=Klinik am See; place=Seestadt; lat=48.5; lon=-0.25; site=771234000".parse().unwrap();
        assert_eq!((facility.latitude, facility.longitude, facility.site), (48_500_000, -250_000, Some(771_234_000)));
        assert_eq!(facility.name, "Klinik am See");
    }

    #[test]
    fn faults_are_named() {
        let refused = |line: &str| line.parse::<Facility>().unwrap_err().to_string();
        assert!(refused("ik=108310400; kind=rehab").contains("needs name="));
        assert!(refused("bed=3").contains("bed=3"));
        let rest = "name=a; place=b; lat=1; lon=2";
        assert!(refused(&format!("ik=108310401; kind=rehab; {rest}")).contains("check digit"));
        assert!(refused(&format!("ik=108310400; kind=spa; {rest}")).contains("acute, rehab or both"));
        assert!(refused("ik=108310400; kind=rehab; name=a; place=b; lat=91; lon=2").contains("lat=91"));
        assert!(refused("ik=108310400; kind=rehab; name=a; place=b; lat=NaN; lon=2").contains("lat=NaN"));
    }
}
