//! Single flight: what is under way is waited for, not loaded once more.

use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::{Name, Snapshot};
use crate::error::Result;

type Landed = Option<Result<Arc<dyn Any + Send + Sync>>>;

/// What is being loaded. Who saw a change does not wait for what was begun before it, so the
/// snapshot belongs to the key.
#[derive(Debug, Default)]
pub struct Flights(Mutex<Table>);

/// A load under way.
pub struct Flight(watch::Receiver<Landed>);

/// The duty to load. Whoever drops it has given it up.
pub struct Lead {
    flights: Arc<Flights>,
    key: (Name, Snapshot),
    landed: watch::Sender<Landed>,
}

type Table = HashMap<(Name, Snapshot), watch::Receiver<Landed>>;

/// Who joins flights.
pub struct Boarding<'a> {
    flights: &'a Arc<Flights>,
    table: MutexGuard<'a, Table>,
}

impl Flights {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets nobody else join or land meanwhile: of two who want the same many values at once one
    /// gets all of the leads, and not each some. To be dropped before anything is waited for, and
    /// before a lead is.
    pub fn board(self: &Arc<Self>) -> Boarding<'_> {
        Boarding {
            flights: self,
            table: self.table(),
        }
    }
}

impl Boarding<'_> {
    /// Joins the flight if there is one. Else `look` may find that one has just landed; else it
    /// begins, and is led by whoever gets the lead.
    pub fn join<T>(
        &mut self,
        name: &Name,
        snapshot: &Snapshot,
        look: impl FnOnce() -> Option<T>,
    ) -> Joined<T> {
        let key = (name.clone(), snapshot.clone());
        if let Some(flight) = self.table.get(&key) {
            return Joined::Under(Flight(flight.clone()));
        }
        if let Some(found) = look() {
            return Joined::Landed(found);
        }
        let (landed, flight) = watch::channel(None);
        self.table.insert(key.clone(), flight.clone());
        let lead = Lead {
            flights: self.flights.clone(),
            key,
            landed,
        };
        Joined::Begun(lead, Flight(flight))
    }
}

pub enum Joined<T> {
    Landed(T),
    Under(Flight),
    Begun(Lead, Flight),
}

impl Lead {
    pub fn name(&self) -> &Name {
        &self.key.0
    }

    pub fn snapshot(&self) -> &Snapshot {
        &self.key.1
    }

    /// Gives everybody who waits the value. It is to be in memory already: who comes next finds
    /// it there.
    pub fn land<V: Send + Sync + 'static>(self, result: Result<V>) {
        let result = result.map(|value| Arc::new(value) as Arc<dyn Any + Send + Sync>);
        self.landed.send_replace(Some(result));
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        self.flights.table().remove(&self.key);
    }
}

impl Flight {
    /// The answer; nothing when whoever had the lead has given it up.
    pub async fn land<V: Clone + 'static>(mut self) -> Option<Result<V>> {
        let landed = self.0.wait_for(Option::is_some).await;
        match landed.ok()?.clone()? {
            Ok(value) => value.downcast_ref::<V>().cloned().map(Ok),
            Err(error) => Some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(flights: &Arc<Flights>) -> Joined<u8> {
        let name = Name::from(b"a".as_slice());
        flights.board().join(&name, &Snapshot::default(), || None)
    }

    #[tokio::test]
    async fn everybody_gets_what_one_has_loaded() {
        let flights = Arc::new(Flights::default());
        let Joined::Begun(lead, first) = begin(&flights) else {
            panic!("nothing is under way");
        };
        let Joined::Under(second) = begin(&flights) else {
            panic!("it is under way");
        };
        lead.land(Ok(7u64));
        assert!(matches!(first.land::<u64>().await, Some(Ok(7))));
        assert!(matches!(second.land::<u64>().await, Some(Ok(7))));
        assert!(matches!(begin(&flights), Joined::Begun(..)), "it landed");
    }

    #[tokio::test]
    async fn nobody_waits_for_a_lead_that_is_gone() {
        let flights = Arc::new(Flights::default());
        let Joined::Begun(lead, flight) = begin(&flights) else {
            panic!("nothing is under way");
        };
        drop(lead);
        assert!(flight.land::<u64>().await.is_none());
        assert!(matches!(begin(&flights), Joined::Begun(..)));
    }
}
