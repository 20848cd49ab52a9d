//! Playing features on threads.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use cucumber::gherkin::Feature;
use cucumber::runner::{Basic, Runner as _};
use futures::{FutureExt as _, StreamExt as _};

use super::listen::{Ending, Endings, Listener};
use super::{Options, source};
use crate::report::ScenarioRecord;
use crate::world::{Scene, Settings, World};

/// What playing came to.
#[derive(Debug, Default)]
pub(super) struct Played {
    /// Every scenario, in no particular order.
    pub scenarios: Vec<ScenarioRecord>,
    /// The snapshots written for review.
    pub pending: Vec<String>,
}

/// Plays `features`, each on one of the threads.
pub(super) fn play(options: &Options, features: Vec<Feature>) -> Played {
    let waiting = Mutex::new(VecDeque::from(features));
    let played = Mutex::new(Played::default());
    let settings = Arc::new(Settings { root: options.root.clone(), snapshots: options.snapshots });
    // A failed step unwinds, and cucumber silences the panic hook while it plays. Threads would race for the hook, so it is
    // silenced once around them all.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    std::thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(|| play_some(options, &settings, &waiting, &played));
        }
    });
    drop(std::panic::take_hook());
    std::panic::set_hook(hook);
    played.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Plays features until none waits.
fn play_some(options: &Options, settings: &Arc<Settings>, waiting: &Mutex<VecDeque<Feature>>, played: &Mutex<Played>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else {
        return;
    };
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(feature) = next else {
            return;
        };
        let result = runtime.block_on(play_feature(options, settings.clone(), feature));
        let mut played = played.lock().unwrap_or_else(PoisonError::into_inner);
        played.scenarios.extend(result.scenarios);
        played.pending.extend(result.pending);
    }
}

async fn play_feature(options: &Options, settings: Arc<Settings>, mut feature: Feature) -> Played {
    let path = source::shown(&options.root, feature.path.as_deref().unwrap_or(std::path::Path::new("")));
    let endings = Endings::default();
    let (kept, shown) = (endings.clone(), path.clone());
    let release = options.release;
    let runner = Basic::<World>::default()
        .max_concurrent_scenarios(options.concurrency.max(1))
        .steps(crate::steps::collection())
        .before(move |feature, _, scenario, world| {
            world.settings = settings.clone();
            world.options.release = release;
            world.scene = Scene {
                file: feature.path.clone().unwrap_or_default(),
                feature: shown.clone(),
                scenario: scenario.name.clone(),
            };
            futures::future::ready(()).boxed_local()
        })
        .after(move |_, _, scenario, _, world| {
            if let Some(world) = world {
                let (digest, entries) = world.account();
                let ending = Ending {
                    failure: world.failure.take(),
                    time: world.time().unwrap_or_default(),
                    digest,
                    entries,
                    snapshots: std::mem::take(&mut world.snapshots),
                    pending: std::mem::take(&mut world.pending),
                };
                kept.keep(scenario, ending);
            }
            futures::future::ready(()).boxed_local()
        });
    let mut listener = Listener::new(path, &feature);
    if !options.kubectl {
        super::skip::leave_out(&mut feature, "kubectl", &mut |scenario| {
            listener.skip(scenario, "kubectl is not on PATH");
        });
    }
    let cli = cucumber::runner::basic::Cli::default();
    let events = runner.run(futures::stream::iter([Ok(feature)]), cli);
    futures::pin_mut!(events);
    while let Some(event) = events.next().await {
        if let Ok(event) = event {
            listener.hear(event.into_inner());
        }
    }
    let (scenarios, pending) = listener.finish(&endings);
    Played { scenarios, pending }
}
