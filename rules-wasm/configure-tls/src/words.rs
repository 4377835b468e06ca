//! Lists and names in sentences.

use eksamine_rule::words;

/// Names in a message before they are counted only.
const NAMED: usize = 4;

/// `a, b and 3 more`, in their own order.
pub(crate) fn list(names: impl IntoIterator<Item = String>) -> String {
    words::list(names, NAMED)
}

/// `port 80`, `ports 80, 8080`.
pub(crate) fn ports(ports: impl IntoIterator<Item = i64>) -> String {
    let ports: Vec<String> = ports.into_iter().map(|port| port.to_string()).collect();
    format!("{} {}", if ports.len() == 1 { "port" } else { "ports" }, ports.join(", "))
}

/// The name in an ARN such as `…:loadbalancer/app/NAME/ID`, for the reader of a message.
pub(crate) fn name(arn: &str) -> &str {
    arn.rsplit('/').nth(1).unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_balancers_and_ports_have_short_names() {
        assert_eq!(name("arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/50dc"), "web");
        assert_eq!([ports([80]), ports([80, 8080])], ["port 80", "ports 80, 8080"]);
    }
}
