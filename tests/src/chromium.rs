//! Headless Chromium, driven over WebDriver: what people do at the pages, and what they see.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, Locator, error::CmdError, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long a page may take before it counts as not coming.
const PATIENCE: Duration = Duration::from_secs(60);

/// What axe-core cannot decide by itself, for which elements, and the judgement. Everything else that it cannot decide is a fault.
const JUDGED: &[(&str, &str, &str)] = &[
    ("color-contrast", "forced colours", "the reader's own colours hold, which it does not know"),
    ("color-contrast", "input, textarea", "an empty text field has no text to measure"),
    ("color-contrast", ".map text, .map text *", "names on the map have an edge in the ground's colour"),
];

/// How a window looks at the pages.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// The window's width, pixels.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// Whether pages are dark.
    pub dark: bool,
    /// Whether scripts run.
    pub scripts: bool,
    /// The language asked for.
    pub language: &'static str,
    /// Whether every address that is asked for is written down, for [`Window::addresses`].
    pub traced: bool,
}

impl Look {
    /// A desktop.
    pub const DESKTOP: Self = Self { width: 1_280, height: 900, dark: false, scripts: true, language: "de", traced: false };
    /// A phone.
    pub const PHONE: Self = Self { width: 390, height: 844, ..Self::DESKTOP };
    /// The narrowest that must work without scrolling sideways (WCAG 1.4.10).
    pub const NARROW: Self = Self { width: 320, height: 640, ..Self::DESKTOP };
}

/// A window of a browser of its own. Close it with [`Window::close`]; one that a failing test leaves open is closed, too.
pub struct Window {
    /// What it is driven by.
    pub client: Client,
    /// How it looks.
    pub look: Look,
    _driver: Driver,
    _profile: TempDir,
}

/// The program between us and the browser. It takes its browser with it when it goes.
struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    fn start() -> Self {
        /// It looks for a free port and takes it afterwards: where another program was faster, it ends without a word.
        const TRIES: usize = 8;
        (0..TRIES).find_map(|_| Self::try_start()).expect("chromedriver says its port")
    }

    fn try_start() -> Option<Self> {
        let mut process = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("chromedriver starts: install chromium-driver");
        let lines = BufReader::new(process.stdout.take().expect("piped")).lines();
        let said = "started successfully on port ";
        let port = lines.map_while(Result::ok).find_map(|line| line.split(said).nth(1).and_then(|rest| rest.trim_end_matches('.').parse().ok()));
        if port.is_none() {
            // What closed its output has ended, or is about to.
            let _ = process.kill();
            let _ = process.wait();
        }
        port.map(|port| Self { process, port })
    }

    /// Has the driver close its browser, which it does not do when it is killed.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut line = TcpStream::connect(("127.0.0.1", self.port))?;
        line.set_read_timeout(Some(PATIENCE))?;
        line.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        line.read_to_end(&mut Vec::new()).map(drop)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A driver that does not answer has crashed.
        if self.shut_down().is_err() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

impl Window {
    /// Opens a window.
    ///
    /// # Panics
    /// If Chromium or its driver is missing (`scripts/test` installs them) or does not start, or if scripts run where they must not.
    pub async fn open(look: Look) -> Self {
        let driver = Driver::start();
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut arguments: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            "--force-prefers-reduced-motion",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--window-size={},{}", look.width, look.height));
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        arguments.push(format!("--accept-lang={}", look.language));
        if look.dark {
            arguments.push("--blink-settings=preferredColorScheme=0".into());
        }
        let mut options = json!({ "args": arguments, "prefs": { "intl.accept_languages": look.language } });
        if !look.scripts {
            options["prefs"]["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let mut capabilities = json!({ "browserName": "chrome", "acceptInsecureCerts": true, "goog:chromeOptions": options, "webauthn:virtualAuthenticators": true });
        if look.traced {
            capabilities["goog:loggingPrefs"] = json!({ "performance": "ALL" });
        }
        let Value::Object(capabilities) = capabilities else { unreachable!("an object was written") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .expect("chromium starts: install chromium");
        let window = Self { client, look, _driver: driver, _profile: profile };
        // The window's frame takes no room away from the page.
        window
            .command(
                "POST",
                "goog/cdp/execute",
                json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": { "width": look.width, "height": look.height, "deviceScaleFactor": 1, "mobile": false } }),
            )
            .await;
        window.proves_itself().await;
        window
    }

    /// Asserts that scripts of pages run in this very window, or do not, as its look has it.
    async fn proves_itself(&self) {
        self.go("data:text/html,<p id=said>silent</p><script>document.getElementById('said').textContent = 'spoken'</script>").await;
        let said = self.see("#said").await.text().await.expect("a paragraph has a text");
        assert_eq!(said == "spoken", self.look.scripts, "scripts run: {said}");
        if self.look.traced {
            // What was asked for so far is nobody's page.
            self.addresses().await;
        }
    }

    /// Closes it.
    pub async fn close(self) {
        // One that is gone already is closed.
        let _ = self.client.clone().close().await;
    }

    /// Sends a command that the library does not name.
    ///
    /// # Panics
    /// If the driver refuses it.
    pub async fn command(&self, method: &'static str, path: &'static str, body: Value) -> Value {
        self.client.issue_cmd(Raw { method, path, body }).await.unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Gives the browser a passkey device that always agrees.
    pub async fn with_passkeys(&self) {
        let device = json!({ "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true, "isUserVerified": true, "isUserConsenting": true });
        self.command("POST", "webauthn/authenticator", device).await;
    }

    /// Returns every address that the browser has asked for since the last call, with all that it said beside: pages, what they load, and from
    /// where it came.
    ///
    /// # Panics
    /// If the window was not opened for that.
    pub async fn addresses(&self) -> Vec<String> {
        let entries = self.command("POST", "se/log", json!({ "type": "performance" })).await;
        let messages = entries.as_array().expect("a window that is traced").iter().filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok());
        let requests = messages.filter(|message| message["message"]["method"] == "Network.requestWillBeSent");
        let said = |request: &Value| format!("{} {}", request["url"], request["headers"]);
        requests.map(|message| said(&message["message"]["params"]["request"])).collect()
    }

    /// Lets the browser save what a page offers as a file into a folder, without asking.
    pub async fn saves_into(&self, folder: &std::path::Path) {
        let params = json!({ "behavior": "allow", "downloadPath": folder });
        self.command("POST", "goog/cdp/execute", json!({ "cmd": "Browser.setDownloadBehavior", "params": params })).await;
    }

    /// Goes to an address.
    ///
    /// # Panics
    /// If it does not answer.
    pub async fn go(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// Lets [`Window::write`] put another page in the place of one, whose policy would not let it have its style.
    pub async fn lets_pages_be_written(&self) {
        self.command("POST", "goog/cdp/execute", json!({ "cmd": "Page.setBypassCSP", "params": { "enabled": true } })).await;
    }

    /// Shows a page as it came, in the place of another of the same site, with its style.
    ///
    /// # Panics
    /// If it does not get its style.
    pub async fn write(&self, html: &str) {
        self.script("document.open(); document.write(arguments[0]); document.close()", vec![html.into()]).await;
        let begun = std::time::Instant::now();
        let styled = "return document.readyState === 'complete' && [...document.styleSheets].some((sheet) => sheet.href && sheet.cssRules.length)";
        while self.script(styled, vec![]).await != true {
            assert!(begun.elapsed() < PATIENCE, "no style: {html}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until there is an element for a CSS selector.
    ///
    /// # Panics
    /// If there never is; with the page's text.
    pub async fn see(&self, selector: &str) -> fantoccini::elements::Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("no {selector} at {:?}: {error}\n{}", self.client.current_url().await, self.text().await),
        }
    }

    /// Waits until the page's text holds `words`.
    ///
    /// # Panics
    /// If it never does.
    pub async fn read(&self, words: &str) {
        let begun = std::time::Instant::now();
        loop {
            if self.text().await.contains(words) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "never read {words:?} at {:?}:\n{}", self.client.current_url().await, self.text().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Returns the page's text as people see it.
    pub async fn text(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Clicks on what a selector finds.
    ///
    /// # Panics
    /// If it is not there or cannot be clicked.
    pub async fn click(&self, selector: &str) {
        let begun = std::time::Instant::now();
        loop {
            match self.see(selector).await.click().await {
                Ok(()) => return,
                // A page that was brought up to date meanwhile has another element in this one's place.
                Err(error) if error.is_stale_element_reference() && begun.elapsed() < PATIENCE => {}
                Err(error) => panic!("{selector}: {error}"),
            }
        }
    }

    /// Types into a field.
    ///
    /// # Panics
    /// If it is not there or takes no text.
    pub async fn fill(&self, selector: &str, text: &str) {
        let begun = std::time::Instant::now();
        loop {
            let field = self.see(selector).await;
            let done: Result<(), CmdError> = async {
                field.clear().await?;
                field.send_keys(text).await
            }
            .await;
            match done {
                Ok(()) => return,
                // As in [`Window::click`].
                Err(error) if error.is_stale_element_reference() && begun.elapsed() < PATIENCE => {}
                Err(error) => panic!("{selector}: {error}"),
            }
        }
    }

    /// Runs a script of the test's own, which no page may forbid.
    ///
    /// # Panics
    /// If it fails.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Returns what does not hold of what holds for every page: nothing to scroll sideways, a heading, a title, no fault that only eyes
    /// find, at patients' pages targets that a thumb hits, and no text that lies under something else.
    pub async fn disorder(&self) -> Vec<String> {
        let mut found = Vec::new();
        for script in [include_str!("chromium/order.js"), include_str!("chromium/covered.js")] {
            found.extend(self.faults(&self.script(script, vec![]).await).await);
        }
        found
    }

    /// Asserts that nothing is out of order.
    ///
    /// # Panics
    /// With what is.
    pub async fn is_in_order(&self) {
        assert_eq!(self.disorder().await, Vec::<String>::new());
    }

    /// Returns what axe-core (WCAG 2.2 A and AA, best practice) finds, and what it cannot decide and nobody has judged. `axe` is its source.
    ///
    /// # Panics
    /// If it does not run.
    pub async fn examined(&self, axe: &str) -> (Vec<String>, Vec<String>) {
        let script = format!("{axe};{}", include_str!("chromium/axe.js"));
        let judged = JUDGED.iter().map(|(rule, selector, _)| json!([rule, selector])).collect();
        let found = self.client.execute_async(&script, vec![Value::Array(judged)]).await.unwrap_or_else(|error| panic!("axe-core: {error}"));
        (self.faults(&found[0]).await, self.faults(&found[1]).await)
    }

    /// Asserts that axe-core finds nothing, and can decide all that nobody has judged.
    ///
    /// # Panics
    /// With what it found, or could not decide.
    pub async fn passes_axe(&self, axe: &str) {
        let (found, undecided) = self.examined(axe).await;
        assert_eq!((found, undecided), (Vec::<String>::new(), Vec::<String>::new()), "found, and could not decide");
    }

    /// Spaces text as readers may set it (WCAG 1.4.12), and returns what is then cut off or makes the page scroll sideways. The page stays so.
    pub async fn spaced(&self) -> Vec<String> {
        self.faults(&self.script(include_str!("chromium/spaced.js"), vec![]).await).await
    }

    /// Has pages shown as with forced colours, or as usual.
    pub async fn force_colours(&self, forced: bool) {
        let value = if forced { "active" } else { "none" };
        let features = json!([{ "name": "forced-colors", "value": value }]);
        self.command("POST", "goog/cdp/execute", json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "features": features } })).await;
    }

    /// Has pages shown as to somebody who asks for more contrast.
    pub async fn more_contrast(&self) {
        let features = json!([{ "name": "prefers-contrast", "value": "more" }]);
        self.command("POST", "goog/cdp/execute", json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "features": features } })).await;
    }

    /// Goes through the page with the tabulator, and returns where the order is not the page's own, where one does not see where one is or
    /// something lies over it, and whether it comes to an end.
    pub async fn walked(&self) -> Vec<String> {
        /// More elements than any page has.
        const MOST: usize = 400;
        self.script("document.activeElement.blur(); scrollTo(0, 0)", vec![]).await;
        let (mut last, mut found) = (-1, Vec::new());
        for _ in 0..MOST {
            let keys = ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": "\u{E004}" }));
            self.command("POST", "actions", json!({ "actions": [{ "type": "key", "id": "keys", "actions": keys }] })).await;
            let at = self.script(include_str!("chromium/focus.js"), vec![]).await;
            // At the end the keyboard is with nobody, or back at the beginning: the browser has no frame of its own to go to.
            let Some(here) = at["place"].as_i64().filter(|here| *here > last) else { return found };
            let what = at["what"].as_str().unwrap_or_default().to_owned();
            found.extend(self.faults(&at["faults"]).await.into_iter().map(|fault| format!("{fault}: {what}")));
            last = here;
        }
        found.extend(self.faults(&json!(["the keyboard comes to no end"])).await);
        found
    }

    /// Returns what a script found, with where it was.
    async fn faults(&self, found: &Value) -> Vec<String> {
        let found: Vec<&str> = found.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if found.is_empty() {
            return vec![];
        }
        let Look { width, dark, language, .. } = self.look;
        let place = self.client.current_url().await.map(|url| url.path().to_owned()).unwrap_or_default();
        let place = format!("{place} ({width} px, {language}{})", if dark { ", dark" } else { "" });
        found.into_iter().map(|fault| format!("{place}: {fault}")).collect()
    }

    /// Returns the page as it comes out of a printer, as a PDF.
    ///
    /// # Panics
    /// If the browser makes none.
    pub async fn on_paper(&self) -> Vec<u8> {
        let print = json!({ "cmd": "Page.printToPDF", "params": { "preferCSSPageSize": true, "printBackground": false } });
        let printed = self.command("POST", "goog/cdp/execute", print).await;
        base64(printed["data"].as_str().expect("a PDF"))
    }

    /// Returns a picture of the whole page.
    ///
    /// # Panics
    /// If the driver makes none.
    pub async fn picture(&self) -> Vec<u8> {
        let height = self.script("return Math.max(document.documentElement.scrollHeight, innerHeight)", vec![]).await.as_u64().unwrap_or(900);
        let metrics =
            |height: u64| json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": { "width": self.look.width, "height": height, "deviceScaleFactor": 1, "mobile": false } });
        self.command("POST", "goog/cdp/execute", metrics(height)).await;
        let picture = self.client.screenshot().await.expect("a screenshot");
        self.command("POST", "goog/cdp/execute", metrics(self.look.height.into())).await;
        picture
    }
}

/// RFC 4648, as browsers hand over what is not text.
fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<u32> = text.bytes().filter_map(|c| DIGITS.iter().position(|digit| *digit == c)).map(|digit| digit as u32).collect();
    let whole = |four: &[u32]| {
        let bits = four.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - four.len()));
        bits.to_be_bytes()[1..four.len()].to_vec()
    };
    digits.chunks(4).flat_map(whole).collect()
}

#[derive(Debug)]
struct Raw {
    method: &'static str,
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Raw {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }
    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (self.method.parse().expect("a method"), Some(self.body.to_string()))
    }
}
