//! Which cluster, by which rules, from which facts.

use super::Detail;
use crate::page::{Page, bold, dim, plain};
use eksamine_pack::Digest;
use eksamine_results::ScanResult;
use serde_json::Value;

pub(super) fn write(page: &mut Page, result: &ScanResult, detail: Detail) {
    let scope: Value = serde_json::from_str(result.scope.get()).unwrap_or_default();
    let of = |key: &str| scope.get(key).and_then(Value::as_str);
    let mut place = Vec::new();
    place.extend(of("region").map(str::to_owned));
    place.extend(of("account").map(|a| format!("account {a}")));
    place.extend(of("kubernetes_version").map(|v| format!("Kubernetes {v}")));
    let cluster = of("cluster").or_else(|| of("cluster_arn")).or_else(|| of("api_server")).unwrap_or("(not named)");
    let place = if place.is_empty() { String::new() } else { format!("  {}", place.join(", ")) };
    page.line(0, &[plain("cluster "), bold(cluster), plain(place)]);
    for pack in &result.packs {
        let origin = if pack.signers.is_empty() { "unsigned".to_owned() } else { pack.signers.join(", ") };
        let digest = digest(&pack.digest, detail);
        page.line(0, &[plain(format!("pack    {} {}  ", pack.name, pack.version)), dim(format!("{digest}, {origin}"))]);
    }
    let taken = plain(format!("facts   taken {}  ", result.facts.collected_at));
    page.line(0, &[taken, dim(digest(&result.facts.digest, detail))]);
    page.line(0, &[plain(format!("judged  as of {}  ", result.as_of)), dim(result.engine.as_str())]);
}

/// Enough of a digest to tell two apart; the whole where everything is asked for.
fn digest(digest: &Digest, detail: Detail) -> String {
    match detail {
        Detail::Short => digest.as_str().chars().take("sha256:".len() + 12).collect(),
        Detail::Full => digest.to_string(),
    }
}
