//! Continue tokens that a test can expire.

use anyhow::{Result, ensure};
use eksamine_tests::servers::kube::{EXPIRING_CONTINUE_TOKENS, Kube, Options};
use serde_json::Value;

use super::{admin, fill, is_status, page_sizes};

#[test]
fn continue_tokens_expire_with_a_compaction() -> Result<()> {
    let gates = vec![EXPIRING_CONTINUE_TOKENS.to_owned()];
    let kube = Kube::start(Options { feature_gates: gates, ..Options::default() })?;
    let list = fill(&kube, "expiry", 12)?;
    let next =
        |page: &Value| format!("{list}?limit=5&continue={}", page["metadata"]["continue"].as_str().unwrap_or_default());
    let first = kube.get(&admin(), &format!("{list}?limit=5"))?.expect(200)?;
    kube.get(&admin(), &next(&first))?.expect(200)?;
    kube.compact_etcd()?;
    let expired = kube.get(&admin(), &next(&first))?;
    is_status(&expired, 410, "Expired", "The provided continue parameter is too old")?;
    let rest = kube.get(&admin(), &next(&expired.json()?))?.expect(200)?;
    ensure!(rest["items"][0]["metadata"]["name"] == "p-3", "the token inside a 410 goes on: {rest}");
    ensure!(page_sizes(&kube, &list, 5)? == [5, 5, 2], "a new list is whole");
    ensure!(Kube::shared()?.compact_etcd().is_err(), "without the gate, it says what to do");
    Ok(())
}
