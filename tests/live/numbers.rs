//! Batch numbers: skipped, used twice, sent again.

use maru_protocol::{ErrorCode, Op, OutcomeCode, Reason};

use crate::stage::{Stage, paint, put};

#[tokio::test]
async fn a_number_that_skips_is_refused_and_stays_free() {
    let mut stage = Stage::set().await;
    let cactus = vec![put(7_000, "cactus", 3, 16)];
    stage.host.batch_as(3, cactus.clone()).await;
    let refused = stage.host.refused(ErrorCode::Gap).await;
    assert_eq!(refused.number, Some(3));
    stage.host.batch_as(0, cactus.clone()).await;
    stage.host.refused(ErrorCode::Gap).await;
    stage.is_unharmed().await;
    // The stage has used number 1 to talk.
    stage.host.edit(cactus).await;
    stage.host.edit(vec![paint(7_000, "mint")]).await;
    assert_eq!(
        stage.host.acks.get(3).unwrap().outcome,
        OutcomeCode::Applied
    );
    stage.mark().await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn a_number_used_for_another_batch_is_rejected() {
    let mut stage = Stage::set().await;
    stage.host.edit(vec![put(7_000, "cactus", 3, 16)]).await;
    stage.mark().await;
    stage.host.acks.clear();
    stage
        .host
        .batch_as(1, vec![put(7_001, "cactus", 4, 16)])
        .await;
    let answer = stage.host.answer(1).await;
    assert_eq!(answer.outcome, OutcomeCode::Rejected);
    assert_eq!((answer.reason, answer.seq), (Some(Reason::NumberReused), 0));
    stage.is_unharmed().await;
}

#[tokio::test]
async fn the_same_batch_again_gets_the_same_answer_and_no_second_effect() {
    let mut stage = Stage::set().await;
    let cactus = vec![put(7_000, "cactus", 3, 16)];
    let seq = stage.host.edit(cactus.clone()).await;
    stage
        .host
        .rejected(cactus.clone(), Reason::ItemExists)
        .await;
    stage.mark().await;
    for _ in 0..3 {
        stage.host.acks.clear();
        stage.host.batch_as(1, cactus.clone()).await;
        let again = stage.host.answer(1).await;
        assert_eq!((again.outcome, again.seq), (OutcomeCode::Duplicate, seq));
        stage.host.batch_as(2, cactus.clone()).await;
        let again = stage.host.answer(2).await;
        assert_eq!(again.outcome, OutcomeCode::Rejected);
        assert_eq!(again.reason, Some(Reason::ItemExists));
    }
    assert_eq!(stage.host.room.contents.seq, seq);
    stage.is_unharmed().await;
}

#[tokio::test]
async fn an_answer_no_longer_kept_is_not_invented() {
    let mut stage = Stage::set().await;
    let cactus = vec![put(7_000, "cactus", 3, 16)];
    stage.host.edit(cactus.clone()).await;
    // 64 answers are kept; these push the first one out, and are paced by their answers.
    for _ in 0..64 {
        let empty = vec![Op::Unknown { kind: 99 }];
        paced(&mut stage, empty).await;
    }
    stage.mark().await;
    stage.host.acks.clear();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    stage.host.batch_as(1, cactus).await;
    stage.host.refused(ErrorCode::Gap).await;
    stage.is_unharmed().await;
}

/// One rejected batch, sent no faster than batches may come in the long run.
async fn paced(stage: &mut Stage, ops: Vec<Op>) {
    stage.host.rejected(ops, Reason::UnknownOp).await;
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
}
