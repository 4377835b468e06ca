//! The images that a cluster uses, in memory that does not grow with the number of pods: one entry for each image, with
//! counts and some of its users, and one for each text that names it.

use super::reference::Reference;
use super::references::{Number, References};
use crate::core::{Container, ContainerStatus, ObjectMeta, Pod, PodSpec, Volume};
use crate::derive::pods::workload;
use crate::workloads::Workload;
use crate::{Given, Known, List, Text, Unknown};
use std::collections::BTreeMap;

/// Users of an image that are named.
const NAMED: usize = 5;
/// Doubts that are kept; beyond it they are counted.
const DOUBTS: usize = 50;

/// Every image that pods and templates of pods declare, or that containers run.
pub struct Images<'e> {
    exempt: &'e dyn Fn(&str) -> bool,
    references: References,
    images: BTreeMap<Number, Image>,
    doubts: BTreeMap<String, Doubt>,
    /// How many things could not be read.
    pub doubtful: usize,
}

/// Who uses an image.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Image {
    /// Containers and volumes of pods outside of exempt namespaces.
    pub in_pods: usize,
    /// Those of templates there.
    pub in_templates: usize,
    /// Those of both in exempt namespaces.
    pub exempt: usize,
    users: BTreeMap<User, Example>,
    /// Digests that containers outside of exempt namespaces run. There are no more than images.
    running: BTreeMap<String, Example>,
    runs_unnamed: Option<Example>,
}

/// A user of an image outside of exempt namespaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct User {
    /// `Deployment shop/web`
    pub workload: String,
    /// `init container migrate`
    pub part: String,
    /// What is declared, where another image runs.
    pub instead_of: Option<String>,
}

/// The first of those that a user stands for, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Example {
    name: String,
    place: String,
}

/// Something that may use any image, since it could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// What and why.
    pub why: String,
    /// Where one stands.
    pub place: String,
}

/// The pod or workload that is being read.
struct Home<'a> {
    word: &'static str,
    namespace: &'a str,
    name: &'a str,
    /// `web-1 Pod`, as examples are sorted.
    example: String,
    workload: String,
    place: &'a str,
    exempt: bool,
}

/// A container as it is declared.
struct Declared<'a> {
    name: Option<&'a Text>,
    image: Number,
}

impl<'e> Images<'e> {
    /// Without any image yet. `exempt` says which namespaces are counted apart.
    #[must_use]
    pub fn new(exempt: &'e dyn Fn(&str) -> bool) -> Self {
        Self {
            exempt,
            references: References::default(),
            images: BTreeMap::new(),
            doubts: BTreeMap::new(),
            doubtful: 0,
        }
    }

    /// Adds what a pod declares and what its containers run.
    pub fn add_pod(&mut self, pod: &Known<Pod>, place: &str) {
        let metadata = Known::settled(|| pod.get()?.metadata.get());
        let Some(home) = self.home("Pod", metadata, place) else { return };
        let spec = match Known::settled(|| pod.get()?.spec.get()) {
            Ok(spec) => spec,
            Err(why) => return self.doubt(&home, "", &why),
        };
        let declared = self.add_spec(&home, "/spec", spec);
        let ephemeral = self.add_list(&home, EPHEMERAL, "/spec", &spec.ephemeral_containers);
        // Before the kubelet has looked at it, a pod says nothing of its state.
        let status = match Known::settled(|| pod.get()?.status.declared()) {
            Ok(Some(status)) => status,
            Ok(None) => return,
            Err(why) => return self.doubt(&home, "", &why),
        };
        let [init, main] = &declared;
        self.add_running(&home, INIT, "/status/initContainerStatuses", &status.init_container_statuses, init);
        self.add_running(&home, MAIN, "/status/containerStatuses", &status.container_statuses, main);
        let at = "/status/ephemeralContainerStatuses";
        self.add_running(&home, EPHEMERAL, at, &status.ephemeral_container_statuses, &ephemeral);
    }

    /// Adds what a template of pods declares: a workload that is scaled to nothing has no pods.
    pub fn add_workload<W: Workload>(&mut self, item: &Known<W>, place: &str) {
        let metadata = Known::settled(|| item.get()?.metadata().get());
        let Some(home) = self.home(W::WORD, metadata, place) else { return };
        match Known::settled(|| item.get()?.pods()) {
            Ok(spec) => drop(self.add_spec(&home, W::PODS_AT, spec)),
            Err(why) => self.doubt(&home, "", &why),
        }
    }

    /// Every image, in the order of their references.
    pub fn iter(&self) -> impl Iterator<Item = (&Reference, &Image)> {
        self.references.iter().filter_map(|(reference, number)| Some((reference, self.images.get(&number)?)))
    }

    /// What could not be read outside of exempt namespaces; the first ones.
    pub fn doubts(&self) -> impl Iterator<Item = &Doubt> {
        self.doubts.values()
    }

    fn home<'a>(
        &mut self,
        word: &'static str,
        metadata: Result<&'a ObjectMeta, String>,
        place: &'a str,
    ) -> Option<Home<'a>> {
        let found = metadata.and_then(|m| Known::settled(|| Ok((m, m.namespace.get()?))));
        match found {
            Ok((metadata, namespace)) => {
                let name = metadata.name.peek().map_or("without a readable name", Text::as_str);
                let workload = if word == "Pod" { workload(metadata, name) } else { format!("{word} {name}") };
                // `Deployment web` is `Deployment shop/web` to whoever looks at the whole cluster.
                let workload = workload.replacen(' ', &format!(" {namespace}/"), 1);
                let (exempt, example) = ((self.exempt)(namespace), format!("{name} {word}"));
                Some(Home { word, namespace, name, example, workload, place, exempt })
            }
            Err(why) => {
                self.add_doubt(format!("the namespace of a {word}: {why}"), place.to_owned());
                None
            }
        }
    }

    /// Adds what may stand in a template as well; what the init containers and the containers declare.
    fn add_spec<'s>(&mut self, home: &Home<'_>, at: &str, spec: &'s PodSpec) -> [Vec<Declared<'s>>; 2] {
        self.add_volumes(home, at, &spec.volumes);
        [self.add_list(home, INIT, at, &spec.init_containers), self.add_list(home, MAIN, at, &spec.containers)]
    }

    fn add_list<'s>(
        &mut self,
        home: &Home<'_>,
        (part, field): Part,
        at: &str,
        list: &'s Known<List<Container>>,
    ) -> Vec<Declared<'s>> {
        // A pod without containers does not exist; the other lists may be missing.
        let list = Known::settled(|| if part == MAIN.0 { list.get().map(Some) } else { list.declared() });
        let mut declared = Vec::new();
        match list {
            Err(why) => self.doubt(home, &format!("its {part}s: "), &why),
            Ok(list) => {
                for (index, container) in list.into_iter().flat_map(|l| l.iter()).enumerate() {
                    let name = container.peek().and_then(|c| c.name.peek());
                    let part = named(part, name, index);
                    match Known::settled(|| self.references.declared(container.get()?.image.get()?)) {
                        Err(why) => self.doubt(home, &format!("{part}: "), &why),
                        Ok(image) => {
                            self.add(home, image, &part, None, || format!("{at}/{field}/{index}/image"));
                            declared.push(Declared { name, image });
                        }
                    }
                }
            }
        }
        declared
    }

    fn add_volumes(&mut self, home: &Home<'_>, at: &str, volumes: &Known<List<Volume>>) {
        match Known::settled(|| volumes.declared()) {
            Err(why) => self.doubt(home, "its volumes: ", &why),
            Ok(volumes) => {
                for (index, volume) in volumes.into_iter().flat_map(|v| v.iter()).enumerate() {
                    match Known::settled(|| reference_of(volume, &mut self.references)) {
                        Err(why) => self.doubt(home, "a volume: ", &why),
                        Ok(None) => {}
                        Ok(Some(image)) => {
                            let at = || format!("{at}/volumes/{index}/image/reference");
                            self.add(home, image, "image volume", None, at);
                        }
                    }
                }
            }
        }
    }

    /// Adds what runs where its repository is not the declared one: a mirror, a change at admission.
    fn add_running(
        &mut self,
        home: &Home<'_>,
        (part, _): Part,
        at: &str,
        list: &Known<List<ContainerStatus>>,
        declared: &[Declared<'_>],
    ) {
        let list = match Known::settled(|| list.declared()) {
            Ok(list) => list,
            Err(why) => return self.doubt(home, &format!("the state of its {part}s: "), &why),
        };
        for (index, status) in list.into_iter().flat_map(|l| l.iter()).enumerate() {
            let name = status.peek().and_then(|s| s.name.peek());
            let part = || named(part, name, index);
            match Known::settled(|| running(status, &mut self.references)) {
                Err(why) => self.doubt(home, &format!("the state of {}: ", part()), &why),
                Ok(None) => {}
                Ok(Some((image, field))) => {
                    let at = || format!("{at}/{index}/{field}");
                    let own = declared.iter().find(|d| name.is_some() && d.name == name).map(|own| own.image);
                    let is_other = |image| own.is_none_or(|own| !self.references.are_of_one_repository(own, image));
                    let other = image.filter(|image| is_other(*image));
                    if let Some(other) = other {
                        self.add(home, other, &part(), own, at);
                    }
                    let Some(listed) = other.or(own) else {
                        let what = format!("the state of {}: ", part());
                        self.doubt(home, &what, "which container it is of is not known");
                        continue;
                    };
                    if let (false, Some(entry)) = (home.exempt, self.images.get_mut(&listed)) {
                        let digest = |number| self.references.get(number).digest.as_ref();
                        entry.runs(image.and_then(digest).or_else(|| digest(listed)), home, at);
                    }
                }
            }
        }
    }

    fn add(&mut self, home: &Home<'_>, image: Number, part: &str, instead_of: Option<Number>, at: impl Fn() -> String) {
        let image = self.images.entry(image).or_default();
        if home.exempt {
            image.exempt += 1;
            return;
        }
        *(if home.word == "Pod" { &mut image.in_pods } else { &mut image.in_templates }) += 1;
        let instead_of = instead_of.map(|number| self.references.get(number).to_string());
        let is = |user: &User| user.workload == home.workload && user.part == part && user.instead_of == instead_of;
        if let Some((_, example)) = image.users.iter_mut().find(|(user, _)| is(user)) {
            return example.least(home, at);
        }
        let comes_before = |(user, _): (&User, &Example)| user.workload < home.workload;
        if image.users.len() == NAMED && image.users.last_key_value().is_some_and(comes_before) {
            return;
        }
        let user = User { workload: home.workload.clone(), part: part.to_owned(), instead_of };
        image.users.insert(user, home.example(at));
        if image.users.len() > NAMED {
            image.users.pop_last();
        }
    }

    fn doubt(&mut self, home: &Home<'_>, part: &str, why: &str) {
        if !home.exempt {
            let what = format!("{} {}/{}: {part}{why}", home.word, home.namespace, home.name);
            self.add_doubt(what, home.place.to_owned());
        }
    }

    /// Keeps the least ones, so that they do not depend on the order of items.
    fn add_doubt(&mut self, why: String, place: String) {
        self.doubtful += 1;
        self.doubts.entry(why.clone()).or_insert(Doubt { why, place });
        if self.doubts.len() > DOUBTS {
            self.doubts.pop_last();
        }
    }
}

impl std::fmt::Debug for Images<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Images").field("images", &self.images).field("doubts", &self.doubts).finish_non_exhaustive()
    }
}

impl Home<'_> {
    fn example(&self, at: impl Fn() -> String) -> Example {
        Example { name: self.example.clone(), place: format!("{}{}", self.place, at()) }
    }
}

impl Example {
    fn least(&mut self, home: &Home<'_>, at: impl Fn() -> String) {
        if home.example < self.name {
            *self = home.example(at);
        }
    }
}

impl Image {
    fn runs(&mut self, digest: Option<&String>, home: &Home<'_>, at: impl Fn() -> String) {
        let known = match digest {
            Some(digest) => self.running.get_mut(digest),
            None => self.runs_unnamed.as_mut(),
        };
        match (known, digest) {
            (Some(known), _) => known.least(home, at),
            (None, Some(digest)) => drop(self.running.insert(digest.clone(), home.example(at))),
            (None, None) => self.runs_unnamed = Some(home.example(at)),
        }
    }

    /// The digests that containers run under this reference, each with the place where one of them says so.
    pub fn running(&self) -> impl Iterator<Item = (&str, &str)> {
        self.running.iter().map(|(digest, example)| (digest.as_str(), example.place.as_str()))
    }

    /// The place where a container says that it runs under this reference what it gives no digest of, as runtimes do that
    /// name what they run by an id of their own.
    #[must_use]
    pub fn runs_unnamed(&self) -> Option<&str> {
        self.runs_unnamed.as_ref().map(|example| example.place.as_str())
    }

    /// How often, and by whom: `used 3 times in pods, by container app of Deployment shop/web`.
    #[must_use]
    pub fn used(&self) -> String {
        let users: Vec<String> = self.users.keys().map(User::to_string).collect();
        let times = |count: usize| if count == 1 { "once".to_owned() } else { format!("{count} times") };
        let often = match (self.in_pods, self.in_templates) {
            (pods, 0) => format!("{} in pods", times(pods)),
            (0, templates) => format!("{} in templates", times(templates)),
            (pods, templates) => format!("{} in pods and {} in templates", times(pods), times(templates)),
        };
        format!("used {often}, by {}", users.join(", "))
    }

    /// Whether anything outside of exempt namespaces uses it.
    #[must_use]
    pub const fn is_used(&self) -> bool {
        self.in_pods + self.in_templates > 0
    }

    /// The first users, each with the place where one of them names it.
    pub fn users(&self) -> impl Iterator<Item = (&User, &str)> {
        self.users.iter().map(|(user, example)| (user, example.place.as_str()))
    }
}

impl std::fmt::Display for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.part, self.workload)?;
        self.instead_of.iter().try_for_each(|declared| write!(f, ", which declares {declared}"))
    }
}

/// What a container is called, and the field that its list stands in.
type Part = (&'static str, &'static str);

const INIT: Part = ("init container", "initContainers");
const MAIN: Part = ("container", "containers");
const EPHEMERAL: Part = ("ephemeral container", "ephemeralContainers");

fn named(part: &str, name: Option<&Text>, index: usize) -> String {
    name.map_or_else(|| format!("{part} number {}", index + 1), |name| format!("{part} {name}"))
}

fn reference_of(volume: &Known<Volume>, references: &mut References) -> Result<Option<Number>, Unknown> {
    let Some(volume) = volume.in_view()? else { return Ok(None) };
    let image = match volume.image.given()? {
        Given::Not => return Ok(None),
        Given::Value(image) if image.reference.peek().is_some() => image,
        Given::Value(_) | Given::Empty => return Err(Unknown::because("the image of it has no readable reference")),
    };
    references.declared(image.reference.get()?).map(Some)
}

/// What a container runs, and the field that says so: what was pulled, or the name of the image where that is a digest
/// alone. `None` where nothing was pulled; no reference where both are digests alone.
fn running(
    status: &Known<ContainerStatus>,
    references: &mut References,
) -> Result<Option<(Option<Number>, &'static str)>, Unknown> {
    let status = status.get()?;
    let Some(id) = status.image_id.declared()? else { return Ok(None) };
    if let Some(image) = references.running(id)? {
        return Ok(Some((Some(image), "imageID")));
    }
    let named = status.image.declared()?.map(|image| references.running(image)).transpose()?.flatten();
    let field = if named.is_some() { "image" } else { "imageID" };
    Ok(Some((named, field)))
}

#[cfg(test)]
#[path = "inventory_tests.rs"]
mod tests;
