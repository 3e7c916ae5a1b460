//! Loads from other tasks than the request's own.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_load_from_a_spawned_task_wakes_the_driver() {
    for _ in 0..200 {
        let (answers, _) = driven(|loaders| async move {
            let task = |key| {
                let loaders = loaders.clone();
                tokio::spawn(async move {
                    tokio::task::yield_now().await;
                    let first = loaders.load(Tenfold, key).await.unwrap();
                    loaders.load(Tenfold, first).await.unwrap()
                })
            };
            let tasks = [1, 2, 3].map(task);
            let own = loaders.load(Tenfold, 4).await.unwrap();
            let mut answers = vec![own];
            for task in tasks {
                answers.push(task.await.unwrap());
            }
            answers
        })
        .await;
        assert_eq!(answers, [40, 100, 200, 300]);
    }
}

#[tokio::test]
async fn a_load_after_the_end_of_the_request_is_refused() {
    let loaders = Loaders::new(Asked::default());
    drive(&loaders, async {}).await;
    let answer = in_time(loaders.load(Tenfold, 1)).await;
    assert_eq!(code(answer), "INTERNAL");
}

#[tokio::test]
async fn a_task_that_outlives_its_request_does_not_wait_for_ever() {
    let (tasks, _) = driven(|loaders| async move {
        // Nobody waits for the task: the request ends before its batch is sent.
        [tokio::spawn(loaders.load(Slow, 1))]
    })
    .await;
    let [task] = tasks;
    assert_eq!(code(in_time(task).await.unwrap()), "INTERNAL");
}

#[tokio::test]
async fn a_request_that_is_dropped_frees_the_tasks_that_wait_for_its_batches() {
    let loaders = Loaders::new(Asked::default());
    let task = tokio::spawn(loaders.load(Slow, 1));
    let request = drive(&loaders, std::future::pending::<()>());
    let limit = Duration::from_millis(5);
    tokio::time::timeout(limit, request).await.unwrap_err();
    assert_eq!(code(in_time(task).await.unwrap()), "INTERNAL");
}
