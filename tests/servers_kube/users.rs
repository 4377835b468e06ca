//! Who asks: static tokens, a webhook, and the log of what they asked for.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::{fs, thread};

use anyhow::{Context as _, Result, ensure};
use eksamine_tests::servers::kube::{AuditEntry, Kube, Options, User};
use serde_json::{Value, json};

use super::{admin, eventually, is_status};

/// Gives a group the right to list pods.
fn let_list_pods(kube: &Kube, group: &str) -> Result<()> {
    let rbac = "/apis/rbac.authorization.k8s.io/v1";
    kube.create(
        &format!("{rbac}/clusterroles"),
        &json!({
            "metadata": { "name": group }, "rules": [{ "apiGroups": [""], "resources": ["pods"], "verbs": ["list"] }],
        }),
    )?;
    kube.create(
        &format!("{rbac}/clusterrolebindings"),
        &json!({
            "metadata": { "name": group },
            "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": group },
            "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": group }],
        }),
    )?;
    Ok(())
}

#[test]
fn a_written_kubeconfig_names_server_authority_and_token() -> Result<()> {
    let kube = Kube::shared()?;
    let config: Value = serde_json::from_slice(&fs::read(kube.kubeconfig("k8s-aws-v1./a token")?)?)?;
    ensure!(config["clusters"][0]["cluster"]["server"] == kube.server(), "{config}");
    ensure!(config["users"][0]["user"]["token"] == "k8s-aws-v1./a token", "{config}");
    ensure!(fs::read_to_string(kube.ca())?.starts_with("-----BEGIN CERTIFICATE-----"));
    Ok(())
}

fn line(entry: &AuditEntry) -> String {
    let AuditEntry { user, verb, uri, group, version, resource, .. } = entry;
    let AuditEntry { subresource, namespace, name, code, allowed, .. } = entry;
    let object = format!("{group}/{version}/{resource}/{subresource} {namespace}/{name}");
    format!("{user} {verb} {object} {code} {allowed} {uri}")
}

#[test]
fn the_audit_log_tells_who_asked_for_what() -> Result<()> {
    let reader = User::new("reader", &["readers"]);
    let kube = Kube::start(Options { audit: true, users: vec![reader.clone()], ..Options::default() })?;
    ensure!(kube.audit()?.is_empty());
    let_list_pods(&kube, "readers")?;
    eventually("the right is there", || Ok(kube.get(&reader.token(), "/api/v1/pods?limit=500")?.code == 200))?;
    let before = kube.audit()?.len();
    for path in [
        "/api/v1/namespaces/default/pods?limit=7",
        "/apis/apps/v1/deployments",
        "/api/v1/nodes/n/proxy/configz",
        "/version",
    ] {
        kube.get(&reader.token(), path)?;
    }
    kube.get("nobody's", "/api/v1/pods")?;
    let seen: Vec<String> = kube.audit()?[before..].iter().map(line).collect();
    let expected = [
        "reader list /v1/pods/ default/ 200 true /api/v1/namespaces/default/pods?limit=7",
        "reader list apps/v1/deployments/ / 403 false /apis/apps/v1/deployments",
        "reader get /v1/nodes/proxy /n 403 false /api/v1/nodes/n/proxy/configz",
        "reader get /// / 200 true /version",
        " list /v1/pods/ / 401 false /api/v1/pods",
    ];
    ensure!(seen == expected, "{seen:#?}");
    Ok(())
}

/// Answers TokenReviews as the AWS authenticator does for one token, and passes on the tokens that
/// it was asked about.
fn authenticator() -> Result<(String, mpsc::Receiver<String>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/authenticate", listener.local_addr()?);
    let (asked, tokens) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Ok(token) = review(stream) {
                let _ = asked.send(token);
            }
        }
    });
    Ok((url, tokens))
}

fn review(stream: TcpStream) -> Result<String> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse()?,
            None if line.trim().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let review: Value = serde_json::from_slice(&body)?;
    let token = review["spec"]["token"].as_str().context("no token")?.to_owned();
    let role = json!({ "username": "arn:aws:sts::111122223333:assumed-role/reader/s", "groups": ["readers"] });
    let status = if token == "k8s-aws-v1.good" {
        json!({ "authenticated": true, "user": role })
    } else {
        json!({ "authenticated": false })
    };
    let answer = json!({
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status,
    })
    .to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        answer.len()
    );
    reader.get_mut().write_all(format!("{head}{answer}").as_bytes())?;
    Ok(token)
}

#[test]
fn a_webhook_is_asked_about_unknown_tokens() -> Result<()> {
    let (url, tokens) = authenticator()?;
    let kube = Kube::start(Options { webhook: Some(url), ..Options::default() })?;
    let_list_pods(&kube, "readers")?;
    eventually("the role may list", || Ok(kube.get("k8s-aws-v1.good", "/api/v1/pods")?.code == 200))?;
    let secrets = kube.get("k8s-aws-v1.good", "/api/v1/secrets")?;
    is_status(&secrets, 403, "Forbidden", r#"User "arn:aws:sts::111122223333:assumed-role/reader/s""#)?;
    is_status(&kube.get("k8s-aws-v1.bad", "/api/v1/pods")?, 401, "Unauthorized", "")?;
    // The server hears the answer a moment before the test hears of the question.
    let (mut asked, wait) = (Vec::new(), std::time::Duration::from_secs(5));
    while !["k8s-aws-v1.good", "k8s-aws-v1.bad"].iter().all(|token| asked.iter().any(|one| one == token)) {
        asked.push(tokens.recv_timeout(wait).with_context(|| format!("the webhook was asked about {asked:?} only"))?);
    }
    ensure!(!asked.contains(&admin()), "static tokens are not asked about");
    Ok(())
}
