//! What it costs to count: the hottest rule with fuel and the epoch, with either and with neither.

use anyhow::{Context as _, Result, ensure};
use eksamine_benches::measure::{in_turn, seconds};
use eksamine_benches::sandbox::{Counting, Sandbox};
use eksamine_benches::served::Served;
use eksamine_benches::{bench, components, document, sizes};
use eksamine_engine::Scan;
use eksamine_facts::Document;
use eksamine_tests::rules::{AS_OF, official};

fn main() -> Result<()> {
    bench("limits", |table| {
        let mut components = components()?;
        for pods in sizes(&[10_000]) {
            let text = document::text(pods)?;
            for rule in &official().1 {
                let id = rule.meta().id.as_str();
                let mut scan = Scan::default();
                scan.add(rule.clone(), rule.meta().defaults());
                let document = Document::read(text.clone(), &scan.projection())?;
                let served = Served::to(rule, &document, AS_OF)?;
                if served.bytes() > 100_000 {
                    let wasm = components.remove(id).context("no component")?;
                    one(table, id, &wasm, &served)?;
                }
            }
        }
        Ok(())
    })
}

fn one(table: &mut eksamine_benches::table::Table, id: &str, wasm: &[u8], served: &Served) -> Result<()> {
    let made = |fuel, epoch| Sandbox::new(wasm, Counting { fuel, epoch });
    let (neither, fuel, epoch, both) = (made(false, false)?, made(true, false)?, made(false, true)?, made(true, true)?);
    let answers = [&neither, &fuel, &epoch, &both].map(|sandbox| sandbox.judge(served));
    let [plain, .., counted] = answers;
    let (plain, counted) = (plain?, counted?);
    ensure!(plain.summary == counted.summary, "{id}: counting changes the answer");
    let [neither, fuel, epoch, both] = in_turn(
        21,
        [
            &mut || seconds(|| neither.judge(served)),
            &mut || seconds(|| fuel.judge(served)),
            &mut || seconds(|| epoch.judge(served)),
            &mut || seconds(|| both.judge(served)),
        ],
    )?;
    let without = ("without either", neither);
    table.ratio(&format!("limits: {id}, fuel"), fuel, without, None);
    table.ratio(&format!("limits: {id}, epoch"), epoch, without, None);
    table.ratio(&format!("limits: {id}, fuel and epoch"), both, without, None);
    let (burnt, bytes) = (counted.fuel, served.bytes());
    let each = format!("{burnt} units, {} a byte served", burnt / bytes.max(1));
    table.figure(&format!("limits: {id}, fuel burnt"), &each, "");
    Ok(())
}
