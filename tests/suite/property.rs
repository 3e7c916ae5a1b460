//! Property tests of a running server.

use proptest::{
    strategy::Strategy,
    test_runner::{Config, TestRunner},
};
use tokio::{runtime::Handle, task::block_in_place};

/// Checks that `test` holds for `cases` values of `strategy` and shrinks one for which it does
/// not. `PROPTEST_CASES` asks for more or fewer.
pub fn holds<S: Strategy>(cases: u32, strategy: S, test: impl AsyncFn(S::Value)) {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let config = Config {
        cases: asked.map_or(cases, |cases| cases.parse().unwrap()),
        max_shrink_iters: 300,
        failure_persistence: None,
        ..Config::default()
    };
    let run = |value| {
        block_in_place(|| Handle::current().block_on(test(value)));
        Ok(())
    };
    if let Err(error) = TestRunner::new(config).run(&strategy, run) {
        panic!("{error}");
    }
}

/// Answers every question of a generator from a list of bytes, so that a shorter list of
/// smaller bytes makes a simpler thing. When they are used up, the answer is always 0.
pub struct Choices {
    bytes: std::vec::IntoIter<u8>,
}

impl Choices {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes: bytes.into_iter(),
        }
    }

    /// A number from 0 to `end`, which is left out.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.bytes.next().unwrap_or(0)) % end.max(1)
    }

    pub fn one_in(&mut self, many: usize) -> bool {
        self.below(many) + 1 == many
    }

    pub fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}
