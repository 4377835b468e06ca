//! What the other tests take for granted of the real Kubernetes API that they run against.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails where something is not as it should be"
)]

mod answers;
mod expiry;
mod lifecycle;
mod users;

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use eksamine_tests::servers::kube::{Answer, Kube, Object, User};
use serde_json::json;

fn admin() -> String {
    User::admin().token()
}

fn limited() -> String {
    User::limited().token()
}

fn eventually(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    let start = Instant::now();
    while !holds()? {
        ensure!(start.elapsed() < Duration::from_secs(20), "not after 20 s: {what}");
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// A namespace of that name with so many pods.
fn fill(kube: &Kube, namespace: &str, pods: usize) -> Result<String> {
    kube.apply(
        &format!("/api/v1/namespaces/{namespace}"),
        &json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace },
        }),
    )?;
    let list = format!("/api/v1/namespaces/{namespace}/pods");
    let pod = |i| {
        json!({
            "metadata": { "name": format!("p-{i}") },
            "spec": { "containers": [{ "name": "c", "image": "i" }] },
        })
    };
    kube.create_all(&(0..pods).map(|i| Object::new(&list, pod(i))).collect::<Vec<_>>())?;
    Ok(list)
}

/// The sizes of all pages.
fn page_sizes(kube: &Kube, list: &str, limit: usize) -> Result<Vec<usize>> {
    let (mut sizes, mut token) = (Vec::new(), String::new());
    loop {
        let page = kube.get(&admin(), &format!("{list}?limit={limit}&continue={token}"))?.expect(200)?;
        sizes.push(page["items"].as_array().context("no items")?.len());
        match page["metadata"]["continue"].as_str() {
            None | Some("") => return Ok(sizes),
            Some(next) => next.clone_into(&mut token),
        }
    }
}

fn is_status(answer: &Answer, code: u16, reason: &str, message: &str) -> Result<()> {
    let status = answer.expect(code)?;
    ensure!(status["kind"] == "Status" && status["reason"] == reason && status["code"] == code, "{status}");
    ensure!(status["message"].as_str().is_some_and(|text| text.contains(message)), "{status}");
    Ok(())
}
