//! What goes wrong in a batch, and whom it concerns.

use futures_util::future::{join, join_all};

use super::*;

edge!(OnlyEven, keys => {
    let even = |key: &u64| match key % 2 {
        0 => Ok(*key),
        _ => Err(Error::bad_input(format!("{key} is odd"))),
    };
    Ok(keys.iter().map(even).collect())
});
edge!(Failing, keys => Err(Error::internal(anyhow::anyhow!("{} keys too many", keys.len()))));
edge!(Short, keys => tenfold(&keys[1..]));
edge!(Panicking, keys => panic!("cannot do {keys:?}"));

#[tokio::test]
async fn each_key_has_its_own_error() {
    let (answers, batches) = driven(|loaders| async move {
        join_all([1, 2, 3, 1].map(|key| loaders.load(OnlyEven, key))).await
    })
    .await;
    let answers: Vec<String> = answers
        .into_iter()
        .map(|answer| match answer {
            Ok(value) => value.to_string(),
            Err(error) => format!("{}: {}", error.code(), error.message()),
        })
        .collect();
    assert_eq!(
        answers,
        [
            "BAD_USER_INPUT: 1 is odd",
            "2",
            "BAD_USER_INPUT: 3 is odd",
            "BAD_USER_INPUT: 1 is odd",
        ]
    );
    assert_eq!(batches.len(), 1);
}

async fn fails_alone<E>(edge: E) -> Vec<(&'static str, Vec<u64>)>
where
    E: Edge<Key = u64, Value = u64, Source = Asked>,
{
    let (answers, batches) = driven(|loaders| async move {
        let failing = join_all([1, 2].map(|key| loaders.load(edge.clone(), key)));
        let sound = async {
            let first = loaders.load(Slow, 1).await?;
            loaders.load(Tenfold, first).await
        };
        join(failing, sound).await
    })
    .await;
    let (failing, sound) = answers;
    assert_eq!(sound.unwrap(), 100);
    let codes: Vec<&str> = failing.into_iter().map(code).collect();
    assert_eq!(codes, ["INTERNAL", "INTERNAL"]);
    batches
}

#[tokio::test]
async fn a_batch_that_fails_fails_its_keys_alone() {
    let batches = fails_alone(Failing).await;
    assert!(batches.contains(&("Failing", vec![1, 2])));
}

#[tokio::test]
async fn a_batch_that_panics_fails_its_keys_alone() {
    fails_alone(Panicking).await;
}

#[tokio::test]
async fn a_wrong_number_of_answers_is_our_fault() {
    fails_alone(Short).await;
}

#[tokio::test]
async fn a_key_that_failed_is_not_asked_again_but_others_are() {
    let (answers, batches) = driven(|loaders| async move {
        let first = loaders.load(Failing, 1).await;
        let again = loaders.load(Failing, 1).await;
        let other = loaders.load(Failing, 2).await;
        [first, again, other].map(code)
    })
    .await;
    assert_eq!(answers, ["INTERNAL"; 3]);
    assert_eq!(batches, [("Failing", vec![1]), ("Failing", vec![2])]);
}
