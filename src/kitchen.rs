//! Kitchens: where meals are cooked, their hours, and whom they serve.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::{kitchen, vocabulary::Meal};
use serde::{Deserialize, Serialize};

mod edges;
mod query;

pub use edges::{KitchenById, left_out};
pub use query::KitchenQuery;

use crate::{
    dish::{Dish, DishFilter, DishOrder, Dishes},
    error::Result,
    graph::{
        Connection, Ctx, Listed, Plain, Row, Slice,
        id::Kind,
        scalar::{Date, LocalTime},
    },
    hospital::{Hospital, HospitalsOfKitchen},
    menu::{Menu, MenusOf, Owner},
    ordering::{
        Order, OrderFilter, OrderOrder, OrdersOf, ProductionSheet, Served, SheetOfKitchen, Whose,
    },
    place::{Location, LocationInput},
};

/// Which kitchens to list.
#[derive(Clone, Debug, Default, PartialEq, InputObject)]
pub struct KitchenFilter {
    /// Only the kitchen that cooks for this hospital.
    pub serves: Option<ID>,
}

/// The opening hours of a weekday.
#[derive(Clone, Debug, SimpleObject)]
pub struct OpeningHours {
    /// The day of the week, from 1 for Monday to 7 for Sunday (ISO 8601).
    weekday: i16,
    /// When it opens, in the kitchen's time zone.
    opens_at: LocalTime,
    /// When it closes, in the kitchen's time zone.
    closes_at: LocalTime,
}

/// A kitchen: where meals are cooked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kitchen(pub kitchen::Model);

/// A kitchen: where meals are cooked.
#[Object]
impl Kitchen {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        Kind::Kitchen.id(self.0.id)
    }

    /// The short name in web addresses, unique among kitchens and never changed.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The street address; null where it is not known.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
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

    /// The IANA time zone of its opening hours, such as Europe/Berlin.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// The currency in which it reckons, as an ISO 4217 code.
    async fn currency(&self) -> &str {
        &self.0.currency
    }

    /// Its opening hours by weekday; a day without an entry is closed.
    async fn opening_hours(&self, ctx: &Context<'_>) -> Result<Listed<Vec<Plain<OpeningHours>>>> {
        let hours = ctx.load(edges::HoursOfKitchen, self.0.id).await?;
        let of_day = |row: &entity::kitchen_hours::Model| {
            Plain(OpeningHours {
                weekday: row.weekday,
                opens_at: LocalTime(row.opens_at),
                closes_at: LocalTime(row.closes_at),
            })
        };
        Ok(Listed(hours.iter().map(of_day).collect()))
    }

    /// The hospitals for which it cooks, by name.
    async fn hospitals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Hospital>>> {
        let slice = Slice {
            first,
            after,
            last,
            before,
        };
        ctx.page(HospitalsOfKitchen, self.0.id, slice).await
    }

    /// Its dishes.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn dishes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words of the name or description. Forgives typing errors.")]
        search: Option<String>,
        #[graphql(desc = "Only dishes that fit all of this.")] filter: Option<DishFilter>,
        #[graphql(desc = "The ordering; best match first with `search`, else by name.")]
        order_by: Option<DishOrder>,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Dish>>> {
        let dishes = Dishes::new(search.as_deref(), filter, order_by)?;
        let slice = Slice {
            first,
            after,
            last,
            before,
        };
        ctx.page(dishes.of_kitchen(), self.0.id, slice).await
    }

    /// Its own house menus in the order of time: what it serves on its premises.
    #[expect(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn menus(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day; without it from the beginning.")] from: Option<Date>,
        #[graphql(desc = "The last day; without it there is no end.")] to: Option<Date>,
        #[graphql(desc = "Only menus of this meal.")] meal: Option<Meal>,
        #[graphql(desc = "How many to take from the start, 0 to 100; 20 if neither is given.")]
        first: Option<i32>,
        #[graphql(desc = "Take what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many to take from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Take what precedes this cursor.")] before: Option<String>,
    ) -> Result<Row<Connection<Menu>>> {
        let slice = Slice {
            first,
            after,
            last,
            before,
        };
        ctx.page(
            MenusOf {
                owner: Owner::Kitchen,
                from: from.map(|day| day.0),
                to: to.map(|day| day.0),
                meal,
            },
            self.0.id,
            slice,
        )
        .await
    }

    /// The orders that it cooks. For its people; for everybody else there are none here.
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
        let orders = OrdersOf::new(Whose::Kitchen, filter, order_by);
        ctx.page(orders, self.0.id, slice).await
    }

    /// What it has to cook for a meal, as it is now. For its people; null for everybody else.
    async fn production_sheet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day of the meal, in the time zone of the hospitals.")] date: Date,
        #[graphql(desc = "The meal.")] meal: Meal,
    ) -> Result<Option<Row<ProductionSheet>>> {
        let of = Served { date: date.0, meal };
        ctx.load(SheetOfKitchen { of }, self.0.id).await
    }
}
