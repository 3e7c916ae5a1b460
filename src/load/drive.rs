//! The driver: polls a request, and sends its batches when nothing else can go on.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures_util::{StreamExt, stream::FuturesUnordered, task::AtomicWaker};

use super::{Loaders, Source};

/// Knows whether anything in the request was woken since it was polled last.
struct Flag {
    woken: AtomicBool,
    /// Whether the driver returned to its task. While it is at work it looks at `woken` itself;
    /// to wake the task then would have it polled once more for nothing.
    asleep: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    // Sequentially consistent, here and in the driver: of "woken, then asleep?" here and
    // "asleep, then woken?" there, one sees what the other has written.
    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::SeqCst);
        if self.asleep.load(Ordering::SeqCst) {
            self.task.wake();
        }
    }
}

/// Ends the loaders when the driver is done, or dropped.
struct End<'a, S: Source>(&'a Loaders<S>);

impl<S: Source> Drop for End<'_, S> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Runs `work`, which loads from `loaders`, to its end.
pub async fn drive<S: Source, W: Future>(loaders: &Arc<Loaders<S>>, work: W) -> W::Output {
    let flag = Arc::new(Flag {
        woken: AtomicBool::new(true),
        asleep: AtomicBool::new(false),
        task: AtomicWaker::new(),
    });
    let waker = Waker::from(flag.clone());
    loaders.begin();
    // Declared before the batches, and so dropped after them.
    let _end = End(loaders);
    let mut work = pin!(work);
    let mut running = FuturesUnordered::new();
    poll_fn(|task| {
        flag.asleep.store(false, Ordering::SeqCst);
        flag.task.register(task.waker());
        loaders.state().driver = Some(task.waker().clone());
        loop {
            if flag.woken.swap(false, Ordering::SeqCst) {
                loaders.state().polling = true;
                let polled = work.as_mut().poll(&mut Context::from_waker(&waker));
                loaders.state().polling = false;
                match polled {
                    Poll::Ready(output) => return Poll::Ready(output),
                    Poll::Pending => continue,
                }
            }
            // Nothing was woken: every resolver that is ready has asked.
            let open = std::mem::take(&mut loaders.state().open);
            running.extend(open.into_iter().map(|batch| batch.send(loaders.clone())));
            if let Poll::Ready(Some(())) = running.poll_next_unpin(task) {
                continue;
            }
            if !loaders.state().open.is_empty() {
                continue;
            }
            flag.asleep.store(true, Ordering::SeqCst);
            if !flag.woken.load(Ordering::SeqCst) {
                return Poll::Pending;
            }
            flag.asleep.store(false, Ordering::SeqCst);
        }
    })
    .await
}
