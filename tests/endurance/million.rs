//! A crowd of actors: what each costs while it has nothing to do, and that all of it is given back.

use actors::prelude::*;
use tokio::runtime::Builder;

use crate::memory::{give_back, in_use, resident};

#[derive(Actor)]
struct One {
    total: u64,
}

#[handlers]
impl One {
    #[handler]
    fn add(&mut self, by: u64) -> u64 {
        self.total += by;
        self.total
    }
}

/// Bytes of an idle actor that was told and asked before: its task, cell, state and the first block of its mailbox.
const MOST_BYTES_EACH: i64 = 800;

pub(crate) fn run(count: u64) {
    let runtime =
        Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads can be started");
    let system = ActorSystem::builder().runtime(runtime.handle().clone()).build();
    let task = runtime.spawn(async move {
        // Whatever is made once is made now.
        crowd(&system, 64).await;
        let (before, resident_before) = (in_use(), resident());
        let actors = crowd(&system, count).await;
        let used = in_use().since(before);
        let each = used.bytes / count as i64;
        println!(
            "million: {count} idle actors use {each} bytes in {} blocks each",
            used.blocks / count as i64
        );
        if let (Some(before), Some(now)) = (resident_before, resident()) {
            println!(
                "  resident MiB: {before:.1} before, {now:.1} with all, {:.0} bytes each",
                (now - before) * 1_048_576.0 / count as f64
            );
        }
        assert!(each <= MOST_BYTES_EACH, "an idle actor uses {each} bytes");
        for actor in &actors {
            actor.stop();
        }
        for actor in &actors {
            actor.wait().await;
        }
        drop(actors);
        assert_eq!(system.running(), 0);
        // The last tasks are freed by whichever worker ran them. The room of a line that others have emptied goes when its thread comes to
        // use it again.
        let mut left = in_use().since(before);
        for _ in 0..10_000 {
            if left.bytes <= MOST_BYTES_LEFT {
                break;
            }
            let system = system.clone();
            tokio::spawn(async move { drop(crowd(&system, 64).await) }).await.expect("it does not panic");
            left = in_use().since(before);
        }
        println!("  {} bytes in {} blocks are left of them", left.bytes, left.blocks);
        assert!(left.bytes <= MOST_BYTES_LEFT, "{left:?} were not given back");
        let kept = resident();
        give_back();
        if let (Some(before), Some(kept), Some(now)) = (resident_before, kept, resident()) {
            println!(
                "  resident MiB: {kept:.1} after, {now:.1} once the allocator was asked for what it keeps"
            );
            let tenth = 0.1 * (each * count as i64) as f64 / 1_048_576.0;
            assert!(count < 100_000 || now <= before + tenth, "the process keeps the memory");
        }
    });
    runtime.block_on(task).expect("the crowd does not panic");
}

/// What may be kept: caches of the runtime, buffers of its threads, the room of the lines in which all of them waited to begin, and a
/// megabyte each of cells and of first blocks for those that come next.
const MOST_BYTES_LEFT: i64 = 4 * 1024 * 1024;

async fn crowd(system: &ActorSystem, count: u64) -> Vec<ActorRef<One>> {
    let actors: Vec<_> = (0..count).map(|_| system.spawn(One { total: 0 })).collect();
    for actor in &actors {
        actor.add(40).tell().await.expect("it is alive");
    }
    for actor in &actors {
        assert_eq!(actor.add(2).await, Ok(42));
    }
    actors
}
