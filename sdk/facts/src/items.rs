//! The items of a kind: validated and cut down to the fields of every rule, a big kind on all cores.
//!
//! Where an item begins is known only when all before it have been read. So each thread begins where an item *seems* to
//! begin; that one does is proven when the stretch before, which another thread reads, ends at that very byte. What was
//! begun elsewhere is thrown away and read again. Items are put together in their order, so neither chunks nor errors
//! depend on the number of cores.

use crate::fields::{Fields, SETS_PER_WALK, Sets};
use crate::json::{Cursor, JsonError};
use crate::view::{Chunk, Chunks};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of text that a thread takes at a time. A kind that is shorter is read by the thread that came upon it.
const STRETCH: usize = 1 << 20;

/// All items of a kind: where they stand, and how rules see them.
#[derive(Debug, Default)]
pub(crate) struct Items {
    pub(crate) items: Vec<Range<usize>>,
    pub(crate) views: Vec<(Fields, Arc<[Chunk]>)>,
}

impl Items {
    /// `kept`: how many bytes of views may still be kept.
    pub(crate) fn read(cursor: &mut Cursor<'_>, sets: &[Fields], kept: &mut usize) -> Result<Self, JsonError> {
        Self::in_stretches(cursor, sets, kept, STRETCH)
    }

    fn in_stretches(
        cursor: &mut Cursor<'_>,
        sets: &[Fields],
        kept: &mut usize,
        length: usize,
    ) -> Result<Self, JsonError> {
        let walks = Walks { each: sets.chunks(SETS_PER_WALK).map(Sets::new).collect(), sets: sets.len() };
        let mut joined = Joined::new(sets.len(), *kept);
        if cursor.enter_array()? {
            let start = cursor.offset();
            joined.take(walks.stretch(cursor.elsewhere(start), start.saturating_add(length)));
            if let Ok(Next::Item(at)) = joined.next {
                joined = Crew::new(&walks, cursor, joined, at, length).read();
            }
            cursor.leave_array(joined.end()?);
        }
        *kept = joined.kept;
        let chunks = joined.views.into_iter().map(Chunks::finish);
        Ok(Self { items: joined.items, views: sets.iter().cloned().zip(chunks).collect() })
    }
}

/// The field sets, as many as fit in each walk over an item.
struct Walks {
    each: Vec<Sets>,
    sets: usize,
}

/// Items that follow each other, read by one thread.
struct Stretch {
    start: usize,
    items: Vec<Range<usize>>,
    /// For each field set the items' texts, one behind the other, and where each ends.
    views: Vec<String>,
    ends: Vec<Vec<usize>>,
    next: Result<Next, Fault>,
}

/// What stands behind an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Another, at this byte.
    Item(usize),
    /// The end of the array, before this byte.
    Nothing(usize),
}

/// What is wrong.
enum Fault {
    /// In the item behind those that were read.
    Item(JsonError),
    /// Behind it.
    Array(JsonError),
}

impl Walks {
    /// Reads from an item on, as long as items begin before `until`.
    fn stretch(&self, mut cursor: Cursor<'_>, until: usize) -> Stretch {
        let mut stretch = Stretch {
            start: cursor.offset(),
            items: Vec::new(),
            views: vec![String::new(); self.sets],
            ends: vec![Vec::new(); self.sets],
            next: Ok(Next::Item(0)),
        };
        stretch.next = loop {
            match self.item(&mut cursor, &mut stretch.views) {
                Ok(item) => stretch.push(item),
                Err(error) => break Err(Fault::Item(error)),
            }
            match cursor.next_element() {
                Ok(true) if cursor.offset() < until => {}
                Ok(true) => break Ok(Next::Item(cursor.offset())),
                Ok(false) => break Ok(Next::Nothing(cursor.offset())),
                Err(error) => break Err(Fault::Array(error)),
            }
        };
        stretch
    }

    /// Reads one item and adds what each field set takes of it to that set's view.
    fn item(&self, cursor: &mut Cursor<'_>, views: &mut [String]) -> Result<Range<usize>, JsonError> {
        let start = cursor.offset();
        let Some((first, further)) = self.each.split_first() else {
            cursor.skip()?;
            return Ok(cursor.range_since(start));
        };
        let (mut own, mut rest) = views.split_at_mut(self.sets.min(SETS_PER_WALK));
        first.project(cursor, own)?;
        let item = cursor.since(start);
        for walk in further {
            (own, rest) = rest.split_at_mut(rest.len().min(SETS_PER_WALK));
            walk.project(&mut Cursor::again(item), own)?;
        }
        Ok(cursor.range_since(start))
    }
}

impl Stretch {
    fn push(&mut self, item: Range<usize>) {
        self.items.push(item);
        for (view, ends) in self.views.iter().zip(&mut self.ends) {
            ends.push(view.len());
        }
    }
}

/// Items in order from the first on, with what is known of the rest.
struct Joined {
    items: Vec<Range<usize>>,
    views: Vec<Chunks>,
    /// How many bytes of views may still be kept.
    kept: usize,
    next: Result<Next, JsonError>,
}

impl Joined {
    fn new(sets: usize, kept: usize) -> Self {
        let views = std::iter::repeat_with(Chunks::default).take(sets).collect();
        Self { items: Vec::new(), views, kept, next: Ok(Next::Item(0)) }
    }

    /// Adds a stretch that begins where the last one ended.
    fn take(&mut self, stretch: Stretch) {
        let numbers = [self.items.len(), self.items.len() + stretch.items.len()].map(u32::try_from);
        let [Ok(first), Ok(_)] = numbers else {
            self.next = Err(JsonError::new(stretch.start, "more than 4 294 967 295 items of one kind"));
            return;
        };
        for ((chunks, view), ends) in self.views.iter_mut().zip(&stretch.views).zip(&stretch.ends) {
            let mut start = 0;
            for (index, end) in (first..).zip(ends) {
                chunks.push(index, &view[start..*end], &mut self.kept);
                start = *end;
            }
        }
        self.items.extend(stretch.items);
        self.next = stretch.next.map_err(|fault| match fault {
            Fault::Item(error) => error.within(&self.items.len().to_string()),
            Fault::Array(error) => error,
        });
    }

    /// Where the array ends.
    fn end(&self) -> Result<usize, JsonError> {
        match &self.next {
            Ok(Next::Item(at) | Next::Nothing(at)) => Ok(*at),
            Err(error) => Err(error.clone()),
        }
    }
}

/// The threads that read the rest of a big kind.
struct Crew<'c, 'a> {
    walks: &'c Walks,
    cursor: &'c Cursor<'a>,
    /// Where the rest begins.
    start: usize,
    /// Bytes of a stretch.
    length: usize,
    /// What an item begins with, as far as the first one tells.
    opening: Option<&'a str>,
    taken: AtomicUsize,
    over: AtomicBool,
    line: Mutex<Line>,
}

/// Stretches in order, and those that were read before their turn.
struct Line {
    joined: Joined,
    turn: usize,
    early: BTreeMap<usize, Option<Stretch>>,
}

impl<'c, 'a> Crew<'c, 'a> {
    fn new(walks: &'c Walks, cursor: &'c Cursor<'a>, joined: Joined, start: usize, length: usize) -> Self {
        let opening = joined.items.first().and_then(|item| opening(&cursor.text()[item.clone()]));
        let line = Mutex::new(Line { joined, turn: 0, early: BTreeMap::new() });
        let (taken, over) = Default::default();
        Self { walks, cursor, start, length, opening, taken, over, line }
    }

    fn read(self) -> Joined {
        let left = self.cursor.text().len().saturating_sub(self.start) / self.length;
        let helpers = std::thread::available_parallelism().map_or(1, usize::from).min(left + 1) - 1;
        std::thread::scope(|scope| {
            for _ in 0..helpers {
                // Without another thread the work is done by this one.
                drop(std::thread::Builder::new().spawn_scoped(scope, || self.work()));
            }
            self.work();
        });
        let Self { walks, cursor, line, length, .. } = self;
        let mut joined = line.into_inner().unwrap_or_else(PoisonError::into_inner).joined;
        // In stretches here too: what a stretch holds is kept or dropped only when it is taken.
        while let Ok(Next::Item(at)) = joined.next {
            joined.take(walks.stretch(cursor.elsewhere(at), at.saturating_add(length)));
        }
        joined
    }

    fn work(&self) {
        while !self.over.load(Ordering::Relaxed) {
            let number = self.taken.fetch_add(1, Ordering::Relaxed);
            let from = self.start.saturating_add(number.saturating_mul(self.length));
            if from >= self.cursor.text().len() {
                return;
            }
            let until = from.saturating_add(self.length);
            let start = if number == 0 { Some(from) } else { self.seeming_start(from, until) };
            let stretch = start.map(|start| self.walks.stretch(self.cursor.elsewhere(start), until));
            self.line().put(number, stretch, self);
        }
    }

    /// The first place between two that looks as if an item began there.
    fn seeming_start(&self, from: usize, until: usize) -> Option<usize> {
        let (text, opening) = (self.cursor.text(), self.opening?);
        let from = text.ceil_char_boundary(from);
        let until = text.ceil_char_boundary(until.saturating_add(opening.len()).min(text.len()));
        let found = text.get(from..until)?.match_indices(opening).map(|(at, _)| from + at);
        found.into_iter().find(|at| text[..*at].trim_end().ends_with(','))
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn put(&mut self, number: usize, stretch: Option<Stretch>, crew: &Crew<'_, '_>) {
        self.early.insert(number, stretch);
        while let Some(stretch) = self.early.remove(&self.turn) {
            self.turn += 1;
            stretch.into_iter().for_each(|stretch| self.join(stretch, crew));
        }
        if !matches!(self.joined.next, Ok(Next::Item(_))) {
            crew.over.store(true, Ordering::Relaxed);
        }
    }

    fn join(&mut self, stretch: Stretch, crew: &Crew<'_, '_>) {
        while let Ok(Next::Item(at)) = self.joined.next
            && at < stretch.start
        {
            let until = at.saturating_add(crew.length).min(stretch.start);
            self.joined.take(crew.walks.stretch(crew.cursor.elsewhere(at), until));
        }
        if matches!(self.joined.next, Ok(Next::Item(at)) if at == stretch.start) {
            self.joined.take(stretch);
        }
    }
}

/// An object from its brace to its first colon: what others of the kind begin with as well, most likely.
fn opening(item: &str) -> Option<&str> {
    let (opening, _) = item.split_once(':').filter(|_| item.starts_with('{'))?;
    item.get(..=opening.len())
}

#[cfg(test)]
#[path = "items_tests.rs"]
mod tests;
