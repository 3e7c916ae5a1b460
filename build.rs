//! Has the crate compiled anew when the playground was built: `src/http/playground.rs` embeds it.

fn main() {
    println!("cargo::rerun-if-changed=playground/dist");
}
