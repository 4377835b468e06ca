//! How a pod stands, in words that follow "its one pod" or "2 of 3 pods".

use crate::standing::{By, On, Question, Standing};

impl Standing {
    /// `one`: whether it is said of one pod.
    pub(crate) fn text(&self, one: bool) -> String {
        let (run, s, are, it) = if one { ("runs", "s", "is", "it") } else { ("run", "", "are", "them") };
        match self {
            Self::Exposed(On::Ec2 | On::Hybrid) => {
                let on = match (self, one) {
                    (Self::Exposed(On::Ec2), true) => "an EC2 instance",
                    (Self::Exposed(On::Ec2), false) => "EC2 instances",
                    (_, true) => "a hybrid node",
                    (_, false) => "hybrid nodes",
                };
                format!("{run} on {on}, and nothing that is accepted isolates {it}")
            }
            Self::Exposed(On::Fargate) => format!("{run} on Fargate, which is not accepted"),
            Self::Broken { profile, ailment } => {
                format!("depend{s} on the Fargate profile {profile}, which does not work: {ailment}")
            }
            Self::Unclear(why) => why.clone(),
            Self::Open(question) => format!("{are} {}", question.text()),
            Self::Isolated(by @ By::FargateToBe(_)) => format!("{are} {}", by.text()),
            Self::Isolated(by @ By::Handler(_)) => format!("{are} run {}", by.text()),
            Self::Isolated(By::Taint(key)) if one => {
                format!("runs on a node with the taint {key}, without trusted pods")
            }
            Self::Isolated(by) => format!("{run} {}", by.text()),
        }
    }
}

impl By {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Fargate(profile) => format!("on Fargate (profile {profile})"),
            Self::FargateToBe(profile) => format!("about to start on Fargate (profile {profile})"),
            Self::Handler(handler) => format!("by the runtime handler {handler}"),
            Self::Taint(key) => format!("on nodes with the taint {key}, without trusted pods"),
        }
    }
}

impl Question {
    fn text(&self) -> String {
        match self {
            Self::Unscheduled => "not scheduled yet, and nothing says where to: what will isolate it?".to_owned(),
            Self::NotTaken(profile) => format!(
                "not scheduled yet, and no selector of the Fargate profile {profile}, which a label names, takes it: what \
                 will isolate it?"
            ),
            Self::NodeGone(node) => format!("on the node {node}, which is not there any more: what isolates it?"),
            Self::ProfileGone(profile) => {
                format!("of the Fargate profile {profile}, which does not exist any more: what takes it from now on?")
            }
            Self::ClassGone(class) => {
                format!("of the RuntimeClass {class}, which does not exist any more: what runs it?")
            }
            Self::Shared(key) => {
                format!("on a node with the taint {key}, where pods run that are not untrusted: may they share it?")
            }
        }
    }
}
