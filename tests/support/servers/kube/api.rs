//! Requests to the server, and its answers as they come: status code and bytes.

use std::path::Path;
use std::sync::{LazyLock, mpsc};
use std::{future::Future, io};

use ::kube::client::Body;
use ::kube::{Client, Config};
use anyhow::{Context as _, Result, anyhow, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use http::Request;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{Kube, Object, User};

/// Requests at the same time: more than the server has cores, so that it is never idle, and few
/// enough to be fair.
const PARALLEL: usize = 24;
const JSON: &str = "application/json";

/// What was answered, whatever the code.
#[derive(Debug)]
pub struct Answer {
    pub code: u16,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.body).with_context(|| format!("not JSON: {self:?}"))
    }

    /// The body of an answer that must have that code.
    pub fn expect(&self, code: u16) -> Result<Value> {
        ensure!(self.code == code, "answered {} instead of {code}: {}", self.code, self.body);
        self.json()
    }
}

/// Blocking, also where a test is `async` itself.
pub(super) struct Api {
    client: Client,
}

impl Api {
    pub(super) fn new(url: &str, ca: Option<&Path>) -> Result<Self> {
        let mut config = Config::new(url.parse().with_context(|| format!("reading the URL {url}"))?);
        config.root_cert_file = ca.map(Path::to_path_buf);
        // A test wants the first answer, and a repeated POST is a conflict.
        config.default_retry = false;
        let client = block_on(async { Client::try_from(config) })?.context("making a client")?;
        Ok(Self { client })
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send(Request::post(path).header("content-type", JSON), Body::from(body.to_string().into_bytes()))
    }

    fn send(&self, request: http::request::Builder, body: Body) -> Result<Answer> {
        block_on(answer(self.client.clone(), request.body(body)?))?
    }
}

impl Kube {
    pub fn get(&self, token: &str, path: &str) -> Result<Answer> {
        self.api.send(Request::get(path).header("authorization", bearer(token)), Body::empty())
    }

    pub fn post(&self, token: &str, path: &str, body: &Value) -> Result<Answer> {
        self.write(token, Request::post(path), JSON, body)
    }

    /// A body of another content type than JSON.
    pub(super) fn post_as(&self, token: &str, path: &str, kind: &str, body: &str) -> Result<Answer> {
        let request = Request::post(path).header("authorization", bearer(token)).header("content-type", kind);
        self.api.send(request, Body::from(body.as_bytes().to_vec()))
    }

    /// `path` is that of the list: `/api/v1/namespaces/shop/pods`. The admin's doing, as all below.
    pub fn create(&self, path: &str, object: &Value) -> Result<Value> {
        self.post(&User::admin().token(), path, object)?.expect(201).with_context(|| format!("creating in {path}"))
    }

    /// Server-side apply, created or changed. `path` is that of the object:
    /// `/api/v1/namespaces/shop`.
    pub fn apply(&self, path: &str, object: &Value) -> Result<Value> {
        let request = Request::patch(format!("{path}?fieldManager=tests&force=true"));
        let answer = self.write(&User::admin().token(), request, "application/apply-patch+yaml", object)?;
        ensure!(matches!(answer.code, 200 | 201), "applying {path}: {answer:?}");
        answer.json()
    }

    /// As [`Kube::apply`], of one YAML document.
    pub fn apply_yaml(&self, path: &str, document: &str) -> Result<Value> {
        let request = Request::patch(format!("{path}?fieldManager=tests&force=true"))
            .header("authorization", bearer(&User::admin().token()))
            .header("content-type", "application/apply-patch+yaml");
        let answer = self.api.send(request, Body::from(document.as_bytes().to_vec()))?;
        ensure!(matches!(answer.code, 200 | 201), "applying {path}: {answer:?}");
        answer.json()
    }

    /// A merge patch: `{"status": {…}}`, for want of kubelets and controllers.
    pub fn patch_status(&self, path: &str, patch: &Value) -> Result<Value> {
        self.patch(&format!("{path}/status"), patch)
    }

    /// A merge patch.
    pub fn patch(&self, path: &str, patch: &Value) -> Result<Value> {
        let answer = self.write(&User::admin().token(), Request::patch(path), "application/merge-patch+json", patch)?;
        answer.expect(200).with_context(|| format!("patching {path}"))
    }

    pub fn delete(&self, path: &str) -> Result<Value> {
        let request = Request::delete(path).header("authorization", bearer(&User::admin().token()));
        self.api.send(request, Body::empty())?.expect(200).with_context(|| format!("deleting {path}"))
    }

    /// In parallel and in any order, some 1,000 a second.
    pub fn create_all(&self, objects: &[Object]) -> Result<()> {
        let admin = bearer(&User::admin().token());
        let requests = objects.iter().map(|object| {
            let request = Request::post(&object.list).header("authorization", &admin).header("content-type", JSON);
            Ok(request.body(Body::from(object.body.to_string().into_bytes()))?)
        });
        let requests: Vec<Request<Body>> = requests.collect::<Result<_>>()?;
        let client = self.api.client.clone();
        block_on(async move {
            let sent = requests.into_iter().map(|request| created(client.clone(), request));
            stream::iter(sent).buffer_unordered(PARALLEL).try_collect::<()>().await
        })?
    }

    fn write(&self, token: &str, to: http::request::Builder, kind: &str, body: &Value) -> Result<Answer> {
        let request = to.header("authorization", bearer(token)).header("content-type", kind);
        self.api.send(request, Body::from(body.to_string().into_bytes()))
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

async fn created(client: Client, request: Request<Body>) -> Result<()> {
    let path = request.uri().path().to_owned();
    let answer = answer(client, request).await?;
    ensure!(answer.code == 201, "creating in {path}: {answer:?}");
    Ok(())
}

async fn answer(client: Client, request: Request<Body>) -> Result<Answer> {
    let path = request.uri().path().to_owned();
    let response = client.send(request).await.with_context(|| format!("asking for {path}"))?;
    let code = response.status().as_u16();
    let bytes = response.into_body().collect_bytes().await.with_context(|| format!("reading {path}"))?;
    Ok(Answer { code, body: String::from_utf8(bytes.into()).context("an answer that is not UTF-8")? })
}

/// On threads of its own, since the caller may be inside a runtime, where tokio's own `block_on`
/// panics.
fn block_on<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T> {
    static RUNTIME: LazyLock<io::Result<Runtime>> =
        LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build());
    let runtime = RUNTIME.as_ref().map_err(|error| anyhow!("no runtime: {error}"))?;
    let (done, result) = mpsc::channel();
    runtime.spawn(async move {
        let _ = done.send(work.await);
    });
    result.recv().context("a request panicked")
}
