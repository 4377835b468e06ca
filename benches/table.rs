//! Prints what all benches have measured, in one table.

use anyhow::Result;
use eksamine_benches::table::Table;

fn main() -> Result<()> {
    if std::env::args().any(|argument| argument == "--bench") {
        Table::of_all()?.print();
    }
    Ok(())
}
