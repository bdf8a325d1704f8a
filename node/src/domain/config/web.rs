//! The web pages: two sites with an address and a certificate each, and what they tell about the clinic.

use std::{net::SocketAddr, path::PathBuf};

/// Web pages. Without `patient` and `staff` the node serves none.
#[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebSection {
    /// The clinic's name as patients know it.
    pub clinic: String,
    /// Whom patients call for help with the pages.
    pub phone: String,
    /// When somebody answers there.
    pub hours: String,
    /// Legal notice (Impressum): a text file, paragraphs divided by empty lines.
    pub imprint: Option<PathBuf>,
    /// Privacy notice, likewise.
    pub privacy: Option<PathBuf>,
    /// Accessibility statement, likewise.
    pub accessibility: Option<PathBuf>,
    /// Logo: a small PNG or JPEG.
    pub logo: Option<PathBuf>,
    /// The patients' site, reachable from outside.
    pub patient: Option<SiteSection>,
    /// The staff's site, inside only.
    pub staff: Option<SiteSection>,
}

/// One of the two sites.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteSection {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The address people type, `https://` with a host name and nothing after it. Passkeys belong to it for ever.
    pub public_url: String,
    /// PEM file with the certificate chain. It is read again when it changes.
    pub certificate: PathBuf,
    /// PEM file with the private key.
    pub private_key: PathBuf,
    /// Addresses of reverse proxies whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<std::net::IpAddr>,
}

impl SiteSection {
    /// Returns the host name of the public address, if it has the form asked for.
    pub fn host(&self) -> Option<&str> {
        let rest = self.public_url.strip_prefix("https://")?;
        let named = |port: &str| port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port);
        let host = rest.rsplit_once(':').map_or(rest, |(host, port)| if named(port) { host } else { "" });
        let fits = !host.is_empty() && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b));
        fits.then_some(host)
    }
}

impl WebSection {
    /// Returns the paths in it, to be made relative to the configuration file.
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let files = [&mut self.imprint, &mut self.privacy, &mut self.accessibility, &mut self.logo].into_iter().flatten();
        let sites = [&mut self.patient, &mut self.staff].into_iter().flatten();
        files.chain(sites.flat_map(|site| [&mut site.certificate, &mut site.private_key]))
    }

    pub(super) fn check(&self) -> Result<(), (String, String)> {
        for (key, site) in [("patient", &self.patient), ("staff", &self.staff)] {
            let Some(site) = site else { continue };
            // Browsers leave this port out where they say from which site a form comes.
            if let Some(plain) = site.public_url.strip_suffix(":443") {
                return Err((format!("web.{key}.public_url"), format!("leave :443 out, browsers do not say it: {plain:?}")));
            }
            if site.host().is_none() {
                return Err((
                    format!("web.{key}.public_url"),
                    format!("{:?} is not an address such as https://patienten.klinikum.example, in lower case and without a path", site.public_url),
                ));
            }
            for (name, text) in [("clinic", &self.clinic), ("phone", &self.phone), ("hours", &self.hours)] {
                if text.trim().is_empty() || text.chars().count() > 120 {
                    return Err((format!("web.{name}"), "needs 1 to 120 characters, since every page shows it".into()));
                }
            }
        }
        if let (Some(patient), Some(staff)) = (&self.patient, &self.staff)
            && (patient.listen == staff.listen || patient.public_url == staff.public_url)
        {
            return Err(("web.staff".into(), "must differ from web.patient in address and public_url: the two sites are kept apart".into()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::domain::config::Config;

    const LEAST: &str = "[node]\nnetwork = \"test\"\nmember = \"kh-a\"\nnode = \"1\"\n";

    fn site(url: &str, port: u16) -> String {
        format!("listen = \"127.0.0.1:{port}\"\npublic_url = \"{url}\"\ncertificate = \"web.crt\"\nprivate_key = \"web.key\"\n")
    }

    #[test]
    fn sites_are_named_rightly_and_kept_apart() {
        let web = |patient: &str, staff: &str, clinic: &str| {
            let text = format!("{LEAST}[web]\nclinic = \"{clinic}\"\nphone = \"0\"\nhours = \"immer\"\n[web.patient]\n{}[web.staff]\n{}", site(patient, 1), site(staff, 2));
            Config::parse(&text, "c").map_err(|error| error.to_string())
        };
        let config = web("https://p.example", "https://s.example:8443", "Klinik").unwrap();
        assert_eq!(config.web.staff.unwrap().host(), Some("s.example"));
        assert!(web("http://p.example", "https://s.example", "Klinik").unwrap_err().contains("web.patient.public_url"));
        assert!(web("https://p.example/portal", "https://s.example", "Klinik").unwrap_err().contains("without a path"));
        assert!(web("https://p.example", "https://p.example", "Klinik").unwrap_err().contains("kept apart"));
        let usual = web("https://p.example", "https://s.example:443", "Klinik").unwrap_err();
        assert!(usual.contains("web.staff.public_url") && usual.contains("leave :443 out") && usual.contains("\"https://s.example\""), "{usual}");
        for port in ["0443", "08443", "0", "70000", ""] {
            assert!(web("https://p.example", &format!("https://s.example:{port}"), "Klinik").unwrap_err().contains("web.staff.public_url"), "{port}");
        }
        assert!(web("https://p.example", "https://s.example", "").unwrap_err().contains("web.clinic"));
    }
}
