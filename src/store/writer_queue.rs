//! The queue in which writers wait for their turn, first come, first served.
//!
//! Whoever has the permit may hand it over together with something unfinished, which the next in the queue takes up
//! (see [`group_commit`](super::group_commit)).

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::transaction::now;

/// A queue for one permit.
pub(super) struct WriterQueue<T>(Mutex<State<T>>);

struct State<T> {
    taken: bool,
    waiting: VecDeque<Arc<Position<T>>>,
}

/// One thread's position in the queue.
struct Position<T> {
    /// Whether it takes up what another left unfinished.
    takes_over: bool,
    turn: Mutex<Option<Turn<T>>>,
    called: Condvar,
}

/// What a waiting thread is called with.
enum Turn<T> {
    Fresh,
    HandedOver(T),
}

/// The right to write. Dropping it calls the next in the queue.
pub(super) struct Permit<'a, T> {
    queue: &'a WriterQueue<T>,
    handed_over: bool,
}

impl<T> Default for WriterQueue<T> {
    fn default() -> Self {
        Self(Mutex::new(State {
            taken: false,
            waiting: VecDeque::new(),
        }))
    }
}

impl<T> WriterQueue<T> {
    /// Waits for the permit, which may come with something unfinished if `takes_over` says so. `None` when the deadline is
    /// over first.
    pub(super) fn acquire(
        &self,
        deadline: Instant,
        takes_over: bool,
    ) -> Option<(Permit<'_, T>, Option<T>)> {
        let permit = Permit {
            queue: self,
            handed_over: false,
        };
        let position = {
            let mut state = unpoisoned(&self.0);
            if !state.taken {
                state.taken = true;
                return Some((permit, None));
            }
            let position = Arc::new(Position {
                takes_over,
                turn: Mutex::new(None),
                called: Condvar::new(),
            });
            state.waiting.push_back(Arc::clone(&position));
            position
        };
        let wait = deadline.saturating_duration_since(now());
        let mut turn = position
            .called
            .wait_timeout_while(unpoisoned(&position.turn), wait, |turn| turn.is_none())
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .take();
        if turn.is_none() {
            let mut state = unpoisoned(&self.0);
            let before = state.waiting.len();
            state.waiting.retain(|other| !Arc::ptr_eq(other, &position));
            if state.waiting.len() < before {
                std::mem::forget(permit);
                return None;
            }
            // Called just as the wait ended: no longer in the queue, and the turn is ours.
            turn = unpoisoned(&position.turn).take();
        }
        Some(match turn {
            Some(Turn::HandedOver(unfinished)) => (permit, Some(unfinished)),
            Some(Turn::Fresh) | None => (permit, None),
        })
    }

    /// How many wait.
    #[cfg(test)]
    fn waiting(&self) -> usize {
        unpoisoned(&self.0).waiting.len()
    }
}

impl<T> Permit<'_, T> {
    /// Hands the permit over to the next in the queue, together with something unfinished. Gives both back where nobody
    /// waits, or the next does not take over.
    pub(super) fn hand_over(mut self, unfinished: T) -> Result<(), (Self, T)> {
        let mut state = unpoisoned(&self.queue.0);
        match state.waiting.pop_front() {
            Some(next) if next.takes_over => next.call(Turn::HandedOver(unfinished)),
            next => {
                if let Some(next) = next {
                    state.waiting.push_front(next);
                }
                drop(state);
                return Err((self, unfinished));
            }
        }
        drop(state);
        self.handed_over = true;
        Ok(())
    }
}

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        if self.handed_over {
            return;
        }
        let mut state = unpoisoned(&self.queue.0);
        match state.waiting.pop_front() {
            Some(next) => next.call(Turn::Fresh),
            None => state.taken = false,
        }
    }
}

impl<T> Position<T> {
    fn call(&self, turn: Turn<T>) {
        *unpoisoned(&self.turn) = Some(turn);
        self.called.notify_one();
    }
}

fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;

    fn soon() -> Instant {
        now() + Duration::from_secs(20)
    }

    #[test]
    fn the_queue_is_served_in_order_of_arrival() {
        let queue = WriterQueue::<()>::default();
        let served = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            let first = queue.acquire(soon(), false).unwrap();
            for n in 0..8 {
                let (queue, served) = (&queue, &served);
                scope.spawn(move || {
                    let _permit = queue.acquire(soon(), false).unwrap();
                    unpoisoned(served).push(n);
                });
                while queue.waiting() <= n {
                    std::thread::yield_now();
                }
            }
            drop(first);
        });
        assert_eq!(unpoisoned(&served).as_slice(), [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn whoever_gives_up_waiting_leaves_the_queue_as_it_was() {
        let queue = WriterQueue::<()>::default();
        let first = queue.acquire(soon(), false).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let soon = now() + Duration::from_millis(20);
                    assert!(queue.acquire(soon, true).is_none());
                });
            }
        });
        assert_eq!(queue.waiting(), 0);
        drop(first);
        assert!(!unpoisoned(&queue.0).taken);
        assert!(queue.acquire(soon(), false).is_some());
    }

    #[test]
    fn what_is_unfinished_goes_to_the_next_who_takes_over_and_to_nobody_else() {
        let queue = WriterQueue::default();
        let (permit, _) = queue.acquire(soon(), true).unwrap();
        let Err((permit, unfinished)) = permit.hand_over(7) else {
            panic!("nobody waits");
        };
        std::thread::scope(|scope| {
            let alone = scope.spawn(|| queue.acquire(soon(), false).unwrap().1);
            while queue.waiting() < 1 {
                std::thread::yield_now();
            }
            let Err((permit, unfinished)) = permit.hand_over(unfinished) else {
                panic!("the next does not take over");
            };
            drop(permit);
            assert_eq!(alone.join().unwrap(), None);

            let (permit, _) = queue.acquire(soon(), true).unwrap();
            let next = scope.spawn(|| queue.acquire(soon(), true).unwrap().1);
            while queue.waiting() < 1 {
                std::thread::yield_now();
            }
            assert!(permit.hand_over(unfinished).is_ok());
            assert_eq!(next.join().unwrap(), Some(7));
        });
        assert!(!unpoisoned(&queue.0).taken);
    }

    #[test]
    fn one_at_a_time_whatever_the_deadlines_and_nothing_unfinished_is_lost() {
        let queue = WriterQueue::default();
        let inside = AtomicU32::new(0);
        let handed = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for n in 0..16_u64 {
                let (queue, inside, handed) = (&queue, &inside, &handed);
                scope.spawn(move || {
                    for _ in 0..100 {
                        let patience = Duration::from_micros(50 * (n % 4));
                        let Some((permit, unfinished)) = queue.acquire(now() + patience, n % 3 > 0)
                        else {
                            continue;
                        };
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        if let Some(()) = unfinished {
                            handed.fetch_sub(1, Ordering::SeqCst);
                        }
                        handed.fetch_add(1, Ordering::SeqCst);
                        inside.fetch_sub(1, Ordering::SeqCst);
                        if let Err((permit, ())) = permit.hand_over(()) {
                            handed.fetch_sub(1, Ordering::SeqCst);
                            drop(permit);
                        }
                    }
                });
            }
        });
        assert!(!unpoisoned(&queue.0).taken);
        assert_eq!(handed.into_inner(), 0);
    }
}
