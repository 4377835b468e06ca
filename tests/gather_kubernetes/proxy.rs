//! A server in front of the API server that a test can teach bad manners.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use anyhow::{Context as _, Result};
use eksamine_tests::servers::kube::{Kube, User};

/// An answer, whatever it is worth.
pub(crate) struct Reply {
    pub(crate) code: u16,
    pub(crate) headers: &'static str,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn new(code: u16, body: impl Into<String>) -> Self {
        Self { code, headers: "", body: body.into() }
    }
}

/// What the API server itself says to its administrator.
pub(crate) fn honest(kube: &Kube, path: &str) -> Result<Reply> {
    let answer = kube.get(&User::admin().token(), path)?;
    Ok(Reply::new(answer.code, answer.body))
}

pub(crate) struct Proxy {
    pub(crate) url: String,
    /// Every path that was asked for.
    pub(crate) paths: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// `answer` is given each path; an error drops the connection.
    pub(crate) fn start(answer: impl Fn(&str) -> Result<Reply> + Send + Sync + 'static) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let (answer, paths) = (Arc::new(answer), Arc::new(Mutex::new(Vec::new())));
        let log = Arc::clone(&paths);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                thread::spawn(move || serve(stream, &*answer, &log));
            }
        });
        Ok(Self { url, paths })
    }

    /// How often paths that contain this were asked for.
    pub(crate) fn count(&self, part: &str) -> usize {
        self.paths.lock().map_or(0, |paths| paths.iter().filter(|path| path.contains(part)).count())
    }
}

fn serve(mut stream: TcpStream, answer: &dyn Fn(&str) -> Result<Reply>, log: &Mutex<Vec<String>>) -> Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    for line in reader.lines() {
        if line?.is_empty() {
            break;
        }
    }
    let path = first.split_whitespace().nth(1).context("no path")?;
    if let Ok(mut log) = log.lock() {
        log.push(path.to_owned());
    }
    let Reply { code, headers, body } = answer(path)?;
    let length = body.len();
    write!(stream, "HTTP/1.1 {code} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")?;
    Ok(())
}
