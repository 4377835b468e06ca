//! An input on the wire, by the service's protocol.

use super::failure::CallError;
use super::form;
use eksamine_facts::Tree;
use eksamine_facts::catalogue::{Call, Http, Protocol, Service};
use http::{HeaderValue, Request, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What AWS leaves as it is in paths, queries and forms.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What CloudTrail shows beside the caller.
const USER_AGENT: HeaderValue = HeaderValue::from_static(concat!("eksamine/", env!("CARGO_PKG_VERSION")));

pub(super) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// The unsigned request, relative to the service's endpoint.
pub(super) fn build(service: &Service, call: &Call, input: &Tree<'_>) -> Result<Request<Vec<u8>>, CallError> {
    let built = match service.protocol {
        Protocol::Json { version, target } => Request::post("/")
            .header(header::CONTENT_TYPE, format!("application/x-amz-json-{version}"))
            .header("x-amz-target", format!("{target}.{}", call.operation))
            .body(input.canonical().into_bytes()),
        Protocol::RestJson => {
            let http = call.http.as_ref().ok_or_else(|| wrong(call, "a rest-json call needs a path"))?;
            rest(call, http, input)?
        }
        Protocol::Query | Protocol::Ec2 => Request::post("/")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form::encode(service, call, input).map_err(CallError::Input)?.into_bytes()),
    };
    let mut request = built.map_err(|error| wrong(call, &error.to_string()))?;
    request.headers_mut().insert(header::USER_AGENT, USER_AGENT);
    Ok(request)
}

fn rest(call: &Call, http: &Http, input: &Tree<'_>) -> Result<Result<Request<Vec<u8>>, http::Error>, CallError> {
    let Tree::Object(members) = input else { return Err(wrong(call, "an input is an object")) };
    let (mut path, mut query, mut body) = (http.path.to_owned(), Vec::new(), Vec::new());
    for (name, value) in members {
        let label = format!("{{{name}}}");
        let text = value.as_text().map_or_else(|| value.canonical(), str::to_owned);
        if path.contains(&label) {
            path = path.replace(&label, &escaped(&text));
        } else if http.method == "GET" {
            query.push(format!("{name}={}", escaped(&text)));
        } else {
            body.push((name.clone(), value.clone()));
        }
    }
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    let request = Request::builder().method(http.method).uri(path);
    Ok(if http.method == "GET" {
        request.body(Vec::new())
    } else {
        request.header(header::CONTENT_TYPE, "application/json").body(Tree::Object(body).canonical().into_bytes())
    })
}

fn wrong(call: &Call, why: &str) -> CallError {
    CallError::Input(format!("{}: {why}", call.operation))
}
