//! What the inventory lists, of pods and workloads as the API serves them.

use super::*;
use crate::workloads::{CronJob, Deployment};

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn pod(name: &str, rest: &str) -> String {
    format!(r#"{{"metadata":{{"namespace":"shop","name":"{name}"}},{rest}}}"#)
}

/// What is listed: image, counts, users.
fn listed(images: &Images<'_>) -> Vec<String> {
    let user = |(user, place): (&User, &str)| {
        let instead = user.instead_of.as_ref().map_or_else(String::new, |declared| format!(" for {declared}"));
        format!("; {} of {}{instead} at {place}", user.part, user.workload)
    };
    let line = |(reference, image): (&Reference, &Image)| {
        let users: String = image.users().map(user).collect();
        format!("{reference} {}+{}+{}{users}", image.in_pods, image.in_templates, image.exempt)
    };
    images.iter().map(line).collect()
}

fn doubts(images: &Images<'_>) -> Vec<String> {
    images.doubts().map(|doubt| doubt.why.clone()).collect()
}

fn none(_: &str) -> bool {
    false
}

#[test]
fn every_sort_of_container_and_image_volumes_count() {
    let mut images = Images::new(&none);
    let item = pod(
        "p",
        r#""spec":{"containers":[{"name":"a","image":"a"}],"initContainers":[{"name":"b","image":"b"}],
        "ephemeralContainers":[{"name":"c","image":"c"}],"volumes":[{},{"image":{"reference":"d"}}]}"#,
    );
    images.add_pod(&serde_json::from_str(&item).expect("JSON"), "/p");
    let expected = [
        "docker.io/library/a 1+0+0; container a of Pod shop/p at /p/spec/containers/0/image",
        "docker.io/library/b 1+0+0; init container b of Pod shop/p at /p/spec/initContainers/0/image",
        "docker.io/library/c 1+0+0; ephemeral container c of Pod shop/p at /p/spec/ephemeralContainers/0/image",
        "docker.io/library/d 1+0+0; image volume of Pod shop/p at /p/spec/volumes/1/image/reference",
    ];
    assert_eq!((listed(&images), doubts(&images).len()), (expected.map(String::from).to_vec(), 0));
}

#[test]
fn what_runs_counts_where_its_repository_is_another() {
    let mut images = Images::new(&none);
    let status = |id: &str, image: &str| {
        pod(
            "p",
            &format!(
                r#""spec":{{"containers":[{{"name":"a","image":"a:1"}}]}},
                "status":{{"containerStatuses":[{{"name":"a","imageID":"{id}","image":"{image}"}}]}}"#
            ),
        )
    };
    let mut add = |item: &str| images.add_pod(&serde_json::from_str(item).expect("JSON"), "/p");
    add(&status(&format!("docker.io/library/a@{DIGEST}"), "docker.io/library/a:1"));
    add(&status(DIGEST, DIGEST));
    add(&status("", "a:1"));
    add(&status(&format!("mirror.example/a@{DIGEST}"), "a:1"));
    add(&status(DIGEST, "other.example/a:1"));
    let part = "container a of Pod shop/p";
    let declared = "for docker.io/library/a:1 at /p/status/containerStatuses/0";
    let expected = [
        format!("docker.io/library/a:1 5+0+0; {part} at /p/spec/containers/0/image"),
        format!("mirror.example/a@{DIGEST} 1+0+0; {part} {declared}/imageID"),
        format!("other.example/a:1 1+0+0; {part} {declared}/image"),
    ];
    assert_eq!(listed(&images), expected);
}

#[test]
fn templates_count_and_exempt_namespaces_are_counted_apart() {
    let exempt = |namespace: &str| namespace == "kube-system";
    let mut images = Images::new(&exempt);
    let deployment = r#"{"metadata":{"namespace":"shop","name":"web"},
        "spec":{"template":{"spec":{"containers":[{"name":"a","image":"a"}]}}}}"#;
    let cron = r#"{"metadata":{"namespace":"kube-system","name":"c"},"spec":{"jobTemplate":{"spec":{"template":
        {"spec":{"containers":[{"name":"a","image":"a"},{"name":"b"}]}}}}}}"#;
    images.add_workload::<Deployment>(&serde_json::from_str(deployment).expect("JSON"), "/d");
    images.add_workload::<CronJob>(&serde_json::from_str(cron).expect("JSON"), "/c");
    let at = "/d/spec/template/spec/containers/0/image";
    assert_eq!(listed(&images), [format!("docker.io/library/a 0+1+1; container a of Deployment shop/web at {at}")]);
    // What an exempt workload does not say is nobody's business.
    assert_eq!(doubts(&images), Vec::<String>::new());
}

#[test]
fn what_runs_under_an_id_alone_has_no_digest() {
    let pinned = format!("a@{DIGEST}");
    for (declared, id, image, at) in [
        ("a:1", DIGEST, DIGEST, Some("/p/status/containerStatuses/0/imageID")),
        ("a:1", DIGEST, "a:1", Some("/p/status/containerStatuses/0/image")),
        ("a:1", "", "a:1", None),
        (&pinned, DIGEST, DIGEST, None),
    ] {
        let mut images = Images::new(&none);
        let item = pod(
            "p",
            &format!(
                r#""spec":{{"containers":[{{"name":"a","image":"{declared}"}}]}},
                "status":{{"containerStatuses":[{{"name":"a","imageID":"{id}","image":"{image}"}}]}}"#
            ),
        );
        images.add_pod(&serde_json::from_str(&item).expect("JSON"), "/p");
        let found: Vec<_> = images.iter().map(|(_, image)| image.runs_unnamed()).collect();
        assert_eq!(found, [at], "{declared} {id} {image}");
    }
}

#[test]
fn what_cannot_be_read_is_a_doubt() {
    let mut images = Images::new(&none);
    for item in [
        pod("a", r#""spec":{"containers":[]}"#),
        pod("b", r#""spec":{"containers":[{"name":"x","image":""}],"initContainers":7}"#),
        pod("c", r#""spec":{"containers":[{"image":"${IMAGE}"}],"volumes":[{"image":{}},null]}"#),
        pod("d", r#""spec":{"containers":[{"name":"x","image":"a"}]},"status":{"containerStatuses":[{"imageID":1}]}"#),
        pod("e", r#""spec":null"#),
        r#"{"metadata":{"name":"f"}}"#.to_owned(),
    ] {
        images.add_pod(&serde_json::from_str(&item).expect("JSON"), "/p");
    }
    let expected = [
        "Pod shop/a: its containers: containers is empty",
        "Pod shop/b: container x: image is empty",
        "Pod shop/b: its init containers: initContainers is a number, which it should not be",
        "Pod shop/c: a volume: an element is null",
        "Pod shop/c: a volume: the image of it has no readable reference",
        "Pod shop/c: container number 1: \"${IMAGE}\" is no image reference: its host or its repository has an odd name",
        "Pod shop/d: the state of container number 1: imageID is a number, which it should not be",
        "Pod shop/e: spec is null",
        "the namespace of a Pod: namespace is missing",
    ];
    assert_eq!(doubts(&images), expected);
    assert_eq!(images.doubtful, expected.len());
}

#[test]
fn digests_are_kept_by_what_was_declared() {
    let mut images = Images::new(&|namespace| namespace == "exempt");
    let item = |namespace: &str, name: &str| {
        format!(
            r#"{{"metadata":{{"namespace":"{namespace}","name":"{name}"}},"spec":{{"containers":[{{"name":"a","image":"a:1"}},
            {{"name":"b","image":"b:1"}}]}},"status":{{"containerStatuses":[
            {{"name":"a","imageID":"docker.io/library/a@{DIGEST}"}},{{"name":"b","imageID":"mirror.corp/b@{DIGEST}"}}]}}}}"#
        )
    };
    for (place, item) in [("/2", item("shop", "q")), ("/1", item("shop", "p")), ("/0", item("exempt", "e"))] {
        images.add_pod(&serde_json::from_str(&item).expect("JSON"), place);
    }
    let line = |(reference, image): (&Reference, &Image)| {
        assert_eq!(image.runs_unnamed(), None);
        let places: Vec<&str> = image.running().map(|(_, place)| place).collect();
        (reference.name(), places.join(" "))
    };
    let found: Vec<_> = images.iter().map(line).collect();
    let of = |name: &str, place: &str| (name.to_owned(), place.to_owned());
    let expected = [
        of("docker.io/library/a", "/1/status/containerStatuses/0/imageID"),
        of("docker.io/library/b", ""),
        of("mirror.corp/b", "/1/status/containerStatuses/1/imageID"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn usage_is_said_in_words() {
    let mut images = Images::new(&none);
    let item = pod("p", r#""spec":{"containers":[{"name":"a","image":"a"}]}"#);
    images.add_pod(&serde_json::from_str(&item).expect("JSON"), "/");
    let said: Vec<String> = images.iter().map(|(_, image)| image.used()).collect();
    assert_eq!(said, ["used once in pods, by container a of Pod shop/p"]);
}

#[test]
fn memory_does_not_grow_with_the_number_of_pods() {
    let mut images = Images::new(&none);
    for index in 0..1_000 {
        let item = pod(&format!("p{index}"), r#""spec":{"containers":[{"name":"a","image":"a"}]}"#);
        images.add_pod(&serde_json::from_str(&item).expect("JSON"), "/");
        images.add_pod(&serde_json::from_str(&pod(&format!("p{index}"), r#""spec":{}"#)).expect("JSON"), "/");
    }
    let all: Vec<_> = images.iter().map(|(_, image)| (image.in_pods, image.users().count())).collect();
    assert_eq!((all, images.doubts().count(), images.doubtful), (vec![(1_000, NAMED)], DOUBTS, 1_000));
}
