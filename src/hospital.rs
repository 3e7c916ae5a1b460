//! Hospitals: where meals are eaten, their wards, and when each meal can be ordered.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, OneofObject};
use chrono::Days;
use chrono_tz::Tz;
use entity::{hospital, vocabulary::Meal};
use serde::{Deserialize, Serialize};

mod edges;
mod lists;
mod query;
mod stats;
mod ward;
mod window;

pub use edges::{HospitalBy, HospitalById};
pub use lists::{HospitalsOfKitchen, KitchensOfHospital};
pub use query::HospitalQuery;
use stats::{HospitalStats, PopularDish, Served};
pub use ward::{Ward, WardById};
pub use window::{MealWindow, WindowRow, WindowsOfHospital, instant};

use crate::{
    error::{Error, Result},
    graph::{Connection, Ctx, Listed, Plain, Row, Slice, id::Kind, scalar::Date},
    kitchen::Kitchen,
    menu::{Menu, MenusOf, MenusToCome, Owner},
    ordering::{Order, OrderFilter, OrderOrder, OrdersOf, Whose},
    patient::{Patient, PatientFilter, PatientsOfHospital},
    place::{Location, LocationInput},
};

/// How a hospital is named: by exactly one of these.
#[derive(Clone, Debug, PartialEq, OneofObject)]
#[graphql(name = "HospitalBy")]
pub enum HospitalByInput {
    /// The global id.
    Id(ID),
    /// The short name in web addresses, such as riverside-general.
    Slug(String),
    /// The code of the organisation, such as 5MV02.
    Code(String),
}

/// A hospital: where meals are eaten.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hospital(pub hospital::Model);

impl Hospital {
    pub fn zone(name: &str) -> Result<Tz> {
        name.parse()
            .map_err(|_| Error::internal(anyhow::anyhow!("unknown time zone {name}")))
    }
}

/// A hospital: where meals are eaten.
#[Object]
impl Hospital {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Hospital.id(self.0.id)
    }

    /// The code of the organisation, unique among hospitals.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The short name in web addresses, unique among hospitals and never changed.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The name, as written at the door.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The street address; null where it is not known.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// The city or town; null where it is not known.
    async fn city(&self) -> Option<&str> {
        self.0.city.as_deref()
    }

    /// The postcode; null where it is not known.
    async fn postcode(&self) -> Option<&str> {
        self.0.postcode.as_deref()
    }

    /// Where it is, if that is known.
    async fn location(&self) -> Option<Plain<Location>> {
        Location::of(self.0.latitude, self.0.longitude).map(Plain)
    }

    /// Metres along the ground from a place; null where the location is not known.
    async fn distance_m(
        &self,
        #[graphql(desc = "The place to measure from.")] from: LocationInput,
    ) -> Result<Option<f64>> {
        let location = Location::of(self.0.latitude, self.0.longitude);
        location
            .map(|location| location.distance_m(from))
            .transpose()
    }

    /// The IANA time zone in which its meal times are written, such as Europe/London.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// The currency of its prices, as an ISO 4217 code.
    async fn currency(&self) -> &str {
        &self.0.currency
    }

    /// Its wards by name.
    async fn wards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Ward>>> {
        let slice = Slice {
            first,
            after,
            last,
            before,
        };
        ctx.page(ward::WardsOfHospital, self.0.id, slice).await
    }

    /// The kitchens that cook for it, by name.
    async fn kitchens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Kitchen>>> {
        let slice = Slice {
            first,
            after,
            last,
            before,
        };
        ctx.page(KitchensOfHospital, self.0.id, slice).await
    }

    /// Its patients in the order in which they were first admitted, for those who care for them;
    /// nobody for everybody else.
    async fn patients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only patients that fit all of this.")] filter: Option<PatientFilter>,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Patient>>> {
        let slice = Slice {
            first,
            after,
            last,
            before,
        };
        let patients = PatientsOfHospital {
            filter: filter.unwrap_or_default(),
        };
        ctx.page(patients, self.0.id, slice).await
    }

    /// Its menus in the order of time. Without `from` and `to`: from today on.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn menus(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day; today in the hospital's time zone if not given.")]
        from: Option<Date>,
        #[graphql(desc = "The last day; without it there is no end.")] to: Option<Date>,
        #[graphql(desc = "Only menus of this meal.")] meal: Option<Meal>,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Menu>>> {
        let to = to.map(|to| to.0);
        let slice = Slice {
            first,
            after,
            last,
            before,
        };
        let Some(from) = from else {
            let zone = Self::zone(&self.0.time_zone)?;
            let today = ctx.now()?.with_timezone(&zone).date_naive();
            let menus = MenusToCome { to, meal };
            return ctx.page(menus, (self.0.id, today), slice).await;
        };
        let menus = MenusOf {
            owner: Owner::Hospital,
            from: Some(from.0),
            to,
            meal,
        };
        ctx.page(menus, self.0.id, slice).await
    }

    /// The orders of its patients, visitors and staff. For its nurses, dietitians and managers; for
    /// everybody else there are none here: their own are below their patient and their account.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only orders that fit all of this.")] filter: Option<OrderFilter>,
        #[graphql(desc = "The ordering; earliest delivery first if not given.")] order_by: Option<
            OrderOrder,
        >,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Order>>> {
        let slice = Slice {
            first,
            after,
            last,
            before,
        };
        let orders = OrdersOf::new(Whose::Hospital, filter, order_by);
        ctx.page(orders, self.0.id, slice).await
    }

    /// What it served on some days, in figures that are at most five minutes old; and, for those who
    /// see its orders, what became of them.
    async fn stats(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day.")] from: Date,
        #[graphql(desc = "The last day, at most 366 days from the first.")] to: Date,
    ) -> Result<Plain<HospitalStats>> {
        let days = stats::Days::new(from.0, to.0)?;
        let hospital = self.0.id;
        let served = match ctx.load(stats::ServedByHospital(days), hospital).await? {
            Some(served) => served,
            None => Row::new(Served::nothing(ctx.now()?)),
        };
        Ok(Plain(HospitalStats {
            hospital,
            days,
            served,
        }))
    }

    /// The dishes that it offered most often on some days, most often first; at most five minutes
    /// old.
    async fn popular_dishes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day.")] from: Date,
        #[graphql(desc = "The last day, at most 366 days from the first.")] to: Date,
        #[graphql(desc = "How many, 1 to 100.", default = 10)] first: i32,
    ) -> Result<Listed<Arc<[Row<PopularDish>]>>> {
        if !(1..=100).contains(&first) {
            return Err(Error::bad_input(format!(
                "`first` is {first}; it must be from 1 to 100."
            )));
        }
        let popular = stats::PopularDishes {
            days: stats::Days::new(from.0, to.0)?,
            first: first.unsigned_abs().into(),
        };
        Ok(Listed(ctx.load(popular, self.0.id).await?))
    }

    /// When the meals of a day can be ordered and are served, in the order of the day.
    async fn meal_windows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day on which the meals are eaten; today if not given.")] date: Option<
            Date,
        >,
    ) -> Result<Vec<Row<MealWindow>>> {
        let windows = ctx.load(WindowsOfHospital, self.0.id).await?;
        let zone = Self::zone(&self.0.time_zone)?;
        let date = match date {
            Some(date) => date.0,
            None => ctx.now()?.with_timezone(&zone).date_naive(),
        };
        if date.checked_sub_days(Days::new(366)).is_none() {
            return Err(Error::bad_input(format!(
                "`date` is {date}; that is too long ago."
            )));
        }
        Ok(windows
            .iter()
            .map(|row| Row::new(MealWindow::on(row.clone(), date, zone)))
            .collect())
    }
}
