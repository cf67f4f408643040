//! Talking HTTP to the servers, whose network only programs in their namespace see.

use crate::Namespace;
use std::io::Write;
use std::process::{Command, Stdio};

/// What a server said.
pub(crate) type Answer = Result<Vec<u8>, String>;

/// A caller of the backend.
#[derive(Debug)]
pub struct Client<'a>(pub &'a Namespace);

impl Client<'_> {
    /// Asks for something.
    pub fn get(&self, url: &str) -> Answer {
        self.call(&[], url, None)
    }

    /// Asks for a text.
    pub fn text(&self, url: &str) -> Result<String, String> {
        self.get(url).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Puts something there.
    pub fn put(&self, url: &str, body: impl AsRef<[u8]>) {
        let put = self.call(
            &["-X", "PUT", "-H", "Content-Type: application/octet-stream"],
            url,
            Some(body.as_ref()),
        );
        put.unwrap_or_else(|error| panic!("PUT {url}: {error}"));
    }

    /// Sends a command.
    pub fn post(&self, url: &str) -> Result<String, String> {
        let answer = self.call(&["-X", "POST"], url, Some(b""));
        answer.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    fn call(&self, options: &[&str], url: &str, body: Option<&[u8]>) -> Answer {
        let mut curl: Command = self.0.on_network("curl");
        curl.args(["-sS", "--fail-with-body", "--max-time", "60"]).args(options).arg(url);
        if body.is_some() {
            curl.args(["--data-binary", "@-"]);
        }
        let mut child =
            curl.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // curl may end before it has read all; its own message says why.
        let _ = stdin.write_all(body.unwrap_or_default());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = [output.stderr, output.stdout].concat();
        Err(String::from_utf8_lossy(&said).trim().to_owned())
    }
}
