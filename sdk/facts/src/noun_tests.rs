//! How JSON becomes nouns.

use super::*;

crate::noun! {
    /// A thing.
    pub struct Thing {
        /// Its name.
        name: Text = "Name",
        /// Its tags.
        tags: List<Text> = "tags",
        /// Its labels.
        labels: Map<Text> = "labels",
    }
}

fn read(json: &str) -> Known<Thing> {
    serde_json::from_str(json).expect("JSON")
}

fn why<T: fmt::Debug>(result: Result<T, crate::Unknown>) -> String {
    result.expect_err("unknown").to_string()
}

#[test]
fn each_way_of_not_knowing_is_told_apart() {
    let thing = read(r#"{"Name":5,"tags":[],"labels":null}"#);
    let thing = thing.get().expect("an object");
    assert_eq!(why(thing.name.get()), "Name is a number, which it should not be");
    assert_eq!(why(thing.tags.get()), "tags is empty");
    assert_eq!(why(thing.labels.get()), "labels is null");
    assert_eq!(why(read("{}").get().cloned()), "a value is empty");
    assert_eq!(why(read("[]").get().cloned()), "a value is a list, which it should not be");
    assert_eq!(why(read(r#"{"x":1}"#).get().expect("an object").name.get()), "Name is missing");
}

#[test]
fn a_time_is_a_number_with_or_without_a_fraction() {
    let read = |json: &str| {
        let time: Known<Timestamp> = serde_json::from_str(json).expect("JSON");
        time.get().map(|time| time.seconds()).map_err(|why| why.to_string())
    };
    assert_eq!((read("1763800000.75"), read("1763800000")), (Ok(1_763_800_000), Ok(1_763_800_000)));
    assert!(read("\"2026\"").is_err());
    let count: Known<i64> = serde_json::from_str("1.5").expect("JSON");
    assert_eq!(why(count.get().cloned()), "a value is a number with a fraction, which it should not be");
}

#[test]
fn one_odd_element_leaves_the_others_readable() {
    let thing = read(r#"{"Name":"n","tags":["a",{"b":[1]},"c"],"labels":{"k":"v","e":""}}"#);
    let thing = thing.get().expect("an object");
    let tags = thing.tags.get().expect("tags");
    assert_eq!(tags[0].get().map(Text::as_str), Ok("a"));
    assert_eq!(why(tags[1].get()), "an element is an object, which it should not be");
    assert_eq!(tags[2].get().map(Text::as_str), Ok("c"));
    let labels = thing.labels.get().expect("labels");
    assert_eq!(labels.entry("k").get().map(|t| t.to_string()), Ok("v".into()));
    assert_eq!(labels.entry("none").declared(), Ok(None));
    assert_eq!(labels.entry("e").declared(), Ok(None));
}
