//! A browser, as a test speaks to it: one call after the other.

use crate::driver::Driver;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use thirtyfour::{
    By, ChromiumLikeCapabilities, DesiredCapabilities, Key, LoggingPrefsLogLevel, WebDriver, WebElement,
};
use tokio::runtime::Runtime;

/// How long a page or a script may take, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(120);
/// What makes a browser keep to itself.
const QUIET: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Nothing is looked up, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND",
];

/// The colours that a reader prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Scheme {
    /// Its name in CSS.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A Chromium with one page. It ends with the test.
#[derive(Debug)]
pub struct Browser {
    runtime: Runtime,
    page: WebDriver,
    _driver: Driver,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Opens a page.
    pub fn open(page: &Path) -> Self {
        let browser = Self::start();
        browser.look(1280, Scheme::Light);
        browser.goto(page);
        browser
    }

    /// Opens a page in a browser that runs no scripts of pages.
    pub fn open_without_scripts(page: &Path) -> Self {
        let browser = Self::start();
        browser.look(1280, Scheme::Light);
        browser.tell("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
        browser.goto(page);
        browser
    }

    fn start() -> Self {
        let (driver, profile) = (Driver::start(), tempfile::tempdir().unwrap());
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in QUIET {
            capabilities.add_arg(argument).unwrap();
        }
        capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let page = runtime.block_on(async {
            let page = WebDriver::new(driver.url.clone(), capabilities).await.expect("no browser");
            page.set_page_load_timeout(PATIENCE).await.unwrap();
            page.set_script_timeout(PATIENCE).await.unwrap();
            page
        });
        Self { runtime, page, _driver: driver, _profile: profile }
    }

    fn goto(&self, page: &Path) {
        self.runtime.block_on(self.page.goto(format!("file://{}", page.display()))).unwrap();
    }

    /// Sets width and colours; nothing moves by itself, so that nothing is to be waited for.
    pub fn look(&self, width: u32, scheme: Scheme) {
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false }),
        );
        self.media("", scheme);
    }

    /// Sets the medium (`print`, or nothing for the screen) and colours.
    pub fn media(&self, media: &str, scheme: Scheme) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme.name() },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.tell("Emulation.setEmulatedMedia", json!({ "media": media, "features": features }));
    }

    fn tell(&self, command: &str, parameters: Value) -> Value {
        self.runtime.block_on(self.page.cdp().send_raw(command, parameters)).unwrap()
    }

    /// What a piece of script returns.
    pub fn ask(&self, script: &str) -> Value {
        let answer = self.runtime.block_on(self.page.execute(script, Vec::new()));
        answer.unwrap_or_else(|error| panic!("{script}: {error}")).json().clone()
    }

    /// A number that a script returns.
    pub fn number(&self, script: &str) -> u64 {
        let answer = self.ask(script);
        answer.as_u64().unwrap_or_else(|| panic!("{script}: {answer} is no number"))
    }

    /// A text that a script returns.
    pub fn text(&self, script: &str) -> String {
        let answer = self.ask(script);
        answer.as_str().unwrap_or_else(|| panic!("{script}: {answer} is no text")).to_owned()
    }

    fn find(&self, css: &str) -> WebElement {
        let found = self.runtime.block_on(self.page.find(By::Css(css)));
        found.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    /// Clicks as a reader does: it must be there to be seen and hit.
    pub fn click(&self, css: &str) {
        let element = self.find(css);
        self.runtime.block_on(element.click()).unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Types into a field.
    pub fn fill(&self, css: &str, text: &str) {
        let element = self.find(css);
        self.runtime
            .block_on(async {
                element.clear().await?;
                element.send_keys(text).await
            })
            .unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Presses one key, wherever the focus is.
    pub fn press(&self, key: Key) {
        let text = key.value().to_string();
        self.runtime.block_on(self.page.action_chain().send_keys(text).perform()).unwrap();
    }

    /// Whether a window of the page waits for an answer.
    pub fn is_asked(&self) -> bool {
        self.runtime.block_on(self.page.get_alert_text()).is_ok()
    }

    /// Everything that was complained of since the last call.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.runtime.block_on(self.page.browser_log()).unwrap();
        log.into_iter().map(|entry| format!("{} {}", entry.level, entry.message)).collect()
    }

    /// The whole page as a picture.
    pub fn picture(&self, path: &Path) {
        let height = self.number("return document.documentElement.scrollHeight").min(12_000);
        let width = self.number("return document.documentElement.clientWidth");
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.tell("Emulation.setDeviceMetricsOverride", size);
        let shot = self.runtime.block_on(self.page.screenshot_as_png()).unwrap();
        std::fs::write(path, shot).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.runtime.block_on(self.page.clone().quit());
    }
}
