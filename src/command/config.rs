//! `thali config`: every setting with its value, source, default and what is allowed.

use crate::config::Setting;

#[expect(clippy::print_stdout, reason = "the list is what was asked for")]
pub fn print(settings: &[Setting]) {
    for setting in settings {
        println!(
            "{} = \"{}\"   ({})",
            setting.name, setting.value, setting.source
        );
        println!("    {}", setting.meaning);
        println!(
            "    allowed: {}; default: \"{}\"",
            setting.allowed, setting.default
        );
    }
    println!("\nSet them in the environment, or in a TOML file under their names in lower case:");
    println!("    thali_listen = \"0.0.0.0:8000\"");
}
