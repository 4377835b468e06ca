//! Building Rust rules with the user's own cargo.

use crate::PackerError;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What rules in Rust are compiled for: it imports nothing but the contract.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// How to build a workspace's rules.
#[derive(Debug, Clone)]
pub struct Build {
    /// Folder of the workspace's `Cargo.toml`.
    pub workspace: PathBuf,
    /// Where cargo puts what it builds; not the outer build's folder, whose lock it would wait for.
    pub target: PathBuf,
    /// `cargo`
    pub cargo: PathBuf,
    /// A profile of that workspace's own, which cargo keeps in a folder of that name: `guest` for what is to be
    /// published.
    pub profile: String,
    /// Further `--cfg` names: how the tests seed mutants.
    pub cfg: Vec<String>,
}

impl Build {
    /// Builds the packages `rule-<id>` and returns their core modules in the same order.
    ///
    /// # Errors
    /// When the target cannot be installed or a build fails, with the command and what it printed.
    pub fn modules(&self, ids: &[&str]) -> Result<Vec<PathBuf>, PackerError> {
        install_target()?;
        let mut command = Command::new(&self.cargo);
        command.current_dir(&self.workspace).args([
            "build",
            "--locked",
            "--target",
            WASM_TARGET,
            "--profile",
            &self.profile,
        ]);
        for id in ids {
            command.args(["-p", &format!("rule-{id}")]);
        }
        forget_outer_cargo(&mut command);
        command.env("CARGO_TARGET_DIR", &self.target).env("CARGO_ENCODED_RUSTFLAGS", self.rustflags());
        run(&mut command)?;
        let out = self.target.join(WASM_TARGET).join(&self.profile);
        Ok(ids.iter().map(|id| out.join(format!("rule_{}.wasm", id.replace('-', "_")))).collect())
    }

    /// Paths of this machine stay out of the components.
    fn rustflags(&self) -> String {
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
            let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"))?;
            Some(Path::new(&home).join(".cargo"))
        });
        let mut flags = vec![format!("--remap-path-prefix={}=.", self.workspace.display())];
        flags.extend(home.map(|h| format!("--remap-path-prefix={}=cargo", h.display())));
        flags.extend(self.cfg.iter().flat_map(|c| ["--cfg".to_owned(), c.clone()]));
        flags.join("\u{1f}")
    }
}

/// The outer cargo speaks to its build scripts and tests through the environment; an inner one must not listen, or it
/// builds with settings that are not its own (and whatever reads such a variable is built anew each time).
pub fn forget_outer_cargo(command: &mut Command) {
    // Where the user told cargo to find things stays.
    const KEEP: [&str; 6] = ["CARGO_HOME", "CARGO_NET", "CARGO_HTTP", "CARGO_REGISTR", "CARGO_SOURCE", "CARGO_TERM"];
    const DROP: [&str; 9] = [
        "RUSTFLAGS",
        "RUSTC",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_LINKER",
        "TARGET",
        "HOST",
        "PROFILE",
        "OPT_LEVEL",
    ];
    for (name, _) in std::env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let cargos = text.starts_with("CARGO_") && !KEEP.iter().any(|keep| text.starts_with(keep));
        if cargos || DROP.contains(&text) || text.starts_with("CLIPPY_") {
            command.env_remove(text);
        }
    }
}

/// The toolchain file names the target, but rustup may be told not to install anything by itself.
fn install_target() -> Result<(), PackerError> {
    let mut ask = Command::new("rustc");
    ask.args(["--print", "target-libdir", "--target", WASM_TARGET]);
    let folder = run(&mut ask)?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    run(Command::new("rustup").args(["target", "add", WASM_TARGET])).map(drop)
}

fn run(command: &mut Command) -> Result<String, PackerError> {
    let shown = || {
        let args: Vec<_> = command.get_args().map(|a| a.to_string_lossy().into_owned()).collect();
        format!("{} {}", command.get_program().to_string_lossy(), args.join(" "))
    };
    let shown = shown();
    let output = command
        .output()
        .map_err(|e| PackerError::Command { command: shown.clone(), output: format!("could not be started: {e}") })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(PackerError::Command { command: shown, output: text })
}
