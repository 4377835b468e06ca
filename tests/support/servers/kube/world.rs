//! Big worlds, created once and copied for every run.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{AtEnd, Kube, Options, binary, folder};
use crate::servers::artefact::Artefact;

/// An object to be created.
#[derive(Clone, Debug)]
pub struct Object {
    /// Path of the list that it goes into: `/api/v1/namespaces/shop/pods`.
    pub list: String,
    pub body: Value,
}

impl Object {
    pub fn new(list: impl Into<String>, body: Value) -> Self {
        Self { list: list.into(), body }
    }
}

/// What a server knows at start.
#[derive(Clone, Debug)]
pub struct World {
    pub name: String,
    /// Created one step after the other (namespaces before their pods), each in parallel.
    pub steps: Vec<Vec<Object>>,
}

impl World {
    /// So many pods of two containers, in ten namespaces `load-0` to `load-9`.
    pub fn pods(count: usize) -> Self {
        let namespaces =
            (0..10).map(|i| Object::new("/api/v1/namespaces", json!({ "metadata": { "name": format!("load-{i}") } })));
        let pods = (0..count).map(|i| Object::new(format!("/api/v1/namespaces/load-{}/pods", i % 10), pod(i)));
        Self { name: format!("pods-{count}"), steps: vec![namespaces.collect(), pods.collect()] }
    }
}

fn pod(i: usize) -> Value {
    json!({
        "metadata": { "name": format!("p-{i}"), "labels": { "app": format!("a{}", i % 100) } },
        "spec": {
            "nodeName": format!("n{}", i % 50),
            "containers": [
                {
                    "name": "app",
                    "image": format!("registry.example/app:{}", i % 7),
                    "securityContext": { "privileged": false, "runAsNonRoot": true },
                    "resources": { "requests": { "cpu": "10m" } },
                },
                { "name": "side", "image": "registry.example/side:1" },
            ],
        },
    })
}

impl Kube {
    /// A server that knows that world: its database is made once, and copied for each start.
    pub fn start_with(options: Options, world: &World) -> Result<Self> {
        let seeded = seeded(world)?;
        let dir = folder()?;
        copy(&seeded.join("etcd"), &dir.path().join("etcd"))?;
        Self::start_in(dir, options, AtEnd::Remove)
    }
}

fn seeded(world: &World) -> Result<PathBuf> {
    let mut artefact = Artefact::new(format!("world-{}", world.name), "about 1 ms for each object");
    artefact = artefact.of(binary::path()?.as_os_str().as_encoded_bytes());
    for object in world.steps.iter().flatten() {
        artefact = artefact.of(&object.list).of(object.body.to_string());
    }
    artefact.once(|made| {
        let mut kube = Kube::start_in(folder()?, Options::default(), AtEnd::Keep)?;
        for step in &world.steps {
            kube.create_all(step)?;
        }
        kube.stop()?;
        copy(&kube.dir.path().join("etcd"), &made.join("etcd"))
    })
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("creating {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).with_context(|| format!("copying to {}", target.display()))?;
        }
    }
    Ok(())
}
