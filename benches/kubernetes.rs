//! Ten thousand pods from a real API server: gathered into a facts document, against the same pages only fetched.

use anyhow::{Context as _, Result, ensure};
use eksamine_benches::bench;
use eksamine_benches::measure::{in_turn, seconds};
use eksamine_gather::ways_in::{Options, WayIn, open};
use eksamine_gather::{Plan, Step, gather};
use eksamine_tests::servers::kube::{Kube, Options as Server, User, World};
use serde::Deserialize;

const PODS: usize = 10_000;

#[derive(Deserialize)]
struct Page {
    metadata: PageMeta,
}

#[derive(Deserialize)]
struct PageMeta {
    #[serde(default, rename = "continue")]
    next: String,
}

fn main() -> Result<()> {
    bench("kubernetes", |table| {
        let kube = Kube::start_with(Server::default(), &World::pods(PODS))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let plan = Plan::new([("a-rule", "k8s.pods.v1")], 1)?;
        let file = kube.kubeconfig(&User::admin().token())?;
        let way_in = WayIn::Kubeconfig { file: Some(file), context: None };
        let ways_in = runtime.block_on(open(&plan, &Options { way_in, ..Options::default() }))?;
        let gathered = || {
            let gathering = runtime.block_on(gather(&plan, &ways_in, "2026-11-23T10:00:00Z", &|_: &Step<'_>| {}));
            let items = gathering.document.matches("\"nodeName\":").count();
            ensure!(items == PODS, "{items} pods were gathered");
            Ok(gathering)
        };
        let [gather, paging] = in_turn(15, [&mut || seconds(gathered), &mut || seconds(|| paged(&kube))])?;
        table.ratio(&format!("kubernetes: gather {PODS} pods"), gather, ("fetch the pages", paging), None);
        Ok(())
    })
}

/// Fetches all pages, of which only the continue token is looked at.
fn paged(kube: &Kube) -> Result<usize> {
    let (mut token, mut bytes) = (String::new(), 0);
    loop {
        let answer = kube.get(&User::admin().token(), &format!("/api/v1/pods?limit=500&continue={token}"))?;
        ensure!(answer.code == 200, "answered {}", answer.code);
        bytes += answer.body.len();
        let page: Page = serde_json::from_str(&answer.body).context("a page")?;
        if page.metadata.next.is_empty() {
            return Ok(bytes);
        }
        token = page.metadata.next;
    }
}
