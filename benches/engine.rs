//! What stands before the first judgement: engine, pack, instance, call. Beside each a copy of a mebibyte, so that the
//! figures of two machines can be compared.

use anyhow::{Context as _, Result};
use eksamine_benches::measure::{in_turn, median, seconds, seconds_each};
use eksamine_benches::sandbox::{Counting, Sandbox, precompiled, start};
use eksamine_benches::served::Served;
use eksamine_benches::{bench, components};
use eksamine_engine::{Engine, Scan, judge};
use eksamine_facts::Document;
use eksamine_tests::rules::{AS_OF, root};
use std::time::Instant;

/// A rule of one item: what it takes is nearly all the sandbox's.
const SMALL: &str = "audit-logging";

fn main() -> Result<()> {
    bench("engine", |table| {
        let engine = Engine::new()?;
        let begun = Instant::now();
        let (_, rules) = engine.official(|_| true)?;
        let in_place = begun.elapsed().as_secs_f64();
        let rule = rules.iter().find(|rule| rule.meta().id == SMALL).context("no such rule")?;
        let text = std::fs::read_to_string(root().join("examples/facts.json"))?;
        let mut scan = Scan::default();
        scan.add(rule.clone(), rule.meta().defaults());
        let document = Document::read(text, &scan.projection())?;
        let served = Served::to(rule, &document, AS_OF)?;
        let wasm = components()?.remove(SMALL).context("no such component")?;
        let (sandbox, native) = (Sandbox::new(&wasm, Counting::ENGINE)?, precompiled(&wasm)?);
        let mebibyte = vec![7_u8; 1 << 20];

        let [new, pack, copy, instance, run, whole] = in_turn(
            21,
            [
                &mut || seconds(|| Ok(Engine::new()?)),
                // The first time it runs in the executable's own pages; whoever loads it again gets a copy.
                &mut || seconds(|| Ok(engine.official(|_| true)?)),
                &mut || seconds_each(100, || Ok(std::hint::black_box(&mebibyte).clone())),
                &mut || seconds_each(100, || sandbox.instantiate(&served)),
                &mut || seconds_each(100, || sandbox.judge(&served)),
                &mut || seconds_each(100, || Ok(judge(&engine, &scan, &document, AS_OF))),
            ],
        )?;
        let starts = (0..21).map(|_| Ok(start(&native)?.load)).collect::<Result<Vec<_>>>()?;
        let reference = ("copy of 1 MiB", copy);
        table.ratio("engine: start, with its clock's thread", new, reference, None);
        let what = format!("engine: load the embedded pack ({} rules)", rules.len());
        table.ratio(&what, in_place, reference, None);
        table.ratio(&format!("{what} again"), pack, reference, None);
        table.ratio("engine: load one component from native code", median(&starts), reference, None);
        table.ratio("engine: instantiate in a fresh store", instance, reference, None);
        table.ratio("engine: the same and judge one cluster", run, reference, None);
        table.ratio("engine: the same through the host's last word", whole, reference, None);
        Ok(())
    })
}
