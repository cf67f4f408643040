//! A web server on the loopback, for repositories behind an address. Of a path only the last name counts.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

/// A web server that serves one folder. It ends when it is dropped.
#[derive(Debug)]
pub struct WebServer {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl WebServer {
    /// Serves so many files of the folder; then there is nothing any more.
    pub fn start(folder: &Path, files: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (folder, stop) = (folder.to_owned(), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        let left = AtomicUsize::new(files);
        let serve = move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                // A client that goes away is none of ours.
                let _ = stream.and_then(|stream| answer(stream, &folder, &left));
            }
        };
        Self { address, stop, thread: Some(thread::spawn(serve)) }
    }

    /// The folder as a repository without distributions, as `build --repo` takes it.
    pub fn flat(&self) -> String {
        format!("http://{}/.", self.address)
    }

    /// The same as a part of a mirror of a distribution.
    pub fn suite(&self) -> String {
        format!("http://{}/debian/trixie/main", self.address)
    }
}

impl Drop for WebServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: TcpStream, folder: &Path, left: &AtomicUsize) -> std::io::Result<()> {
    let mut lines = BufReader::new(&stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    drop(lines);
    let path = request.split(' ').nth(1).unwrap_or_default();
    let name = PathBuf::from(path.rsplit('/').next().unwrap_or_default());
    let there = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
    let content = if there { std::fs::read(folder.join(name)).ok() } else { None };
    let status = if content.is_some() { "200 OK" } else { "404 Not Found" };
    let content = content.unwrap_or_default();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", content.len())?;
    stream.write_all(&content)
}
