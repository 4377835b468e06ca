//! Lists and numbers in sentences.

/// Names in a message before they are counted only.
const NAMED: usize = 4;

/// `a, b and 3 more`; sorted, so that the order of facts says nothing.
pub(crate) fn list(names: impl IntoIterator<Item = String>) -> String {
    let mut names: Vec<String> = names.into_iter().collect();
    names.sort();
    names.dedup();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let named = names.join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

/// `1 Ingress`, `2 Ingresses`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
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
    fn long_lists_are_counted() {
        let names = |n: usize| (0..n).rev().map(|i| format!("n{i}"));
        assert_eq!(list(names(3)), "n0, n1, n2");
        assert!(list(names(6)).ends_with(" and 2 more"));
        assert_eq!(
            [count(1, "listener", "listeners"), count(0, "listener", "listeners")],
            ["1 listener", "0 listeners"]
        );
        assert_eq!(name("arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/50dc"), "web");
        assert_eq!([ports([80]), ports([80, 8080])], ["port 80", "ports 80, 8080"]);
    }
}
