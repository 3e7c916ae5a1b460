//! Orders with their lines and events, as visitors and staff place them.

use chrono::TimeDelta;
use entity::{
    order, order_event, order_line,
    vocabulary::{Audience, OrderEventKind, OrderStatus, Role},
};
use sea_orm::Iterable;
use uuid::{Builder, Uuid};

use super::{Data, Size, mix};
use crate::app::monday;

impl Data {
    /// Each hospital's are for its menus in turn; states, wards and kitchens too.
    pub(super) fn add_orders(&mut self, size: &Size) {
        for h in 0..self.hospitals.len() {
            for n in 0..size.below(size.orders, h < 2) {
                self.add_order(h, n);
            }
        }
    }

    fn add_order(&mut self, h: usize, n: usize) {
        let hospital = self.hospitals[h].id;
        let menus = self.menus.iter();
        let mut menus = menus.filter(|menu| menu.hospital_id == Some(hospital));
        let menu = menus.nth(n % 5).unwrap().clone();
        let wards = self.wards.iter();
        let wards: Vec<Uuid> = wards
            .filter(|ward| ward.hospital_id == hospital)
            .map(|ward| ward.id)
            .collect();
        let kitchens = self.serves.iter();
        let kitchens: Vec<Uuid> = kitchens
            .filter(|serves| serves.hospital_id == hospital)
            .map(|serves| serves.kitchen_id)
            .collect();
        let statuses: Vec<OrderStatus> = OrderStatus::iter().collect();
        let status = statuses[(n + h) % statuses.len()];
        // Many are placed in one second, and delivered at one time.
        let placed_at = monday() - TimeDelta::hours(30) + TimeDelta::seconds(n as i64 / 3);
        let total = self.add_lines(menu.id, n);
        let events = states(status);
        let id = self.order_id(placed_at.timestamp_millis().unsigned_abs());
        for line in &mut self.order_lines[total.0..] {
            line.order_id = id;
        }
        for (index, status) in events.iter().enumerate() {
            self.order_events.push(order_event::Model {
                order_id: id,
                version: 1 + index as i32,
                status: *status,
                kind: OrderEventKind::StatusChanged,
                account_id: None,
                role: Some([Role::Visitor, Role::Kitchen][index.min(1)]),
                reason: status.gives_back().then(|| "As it happens.".to_owned()),
                at: placed_at + TimeDelta::minutes(index as i64),
            });
        }
        self.orders.push(order::Model {
            id,
            hospital_id: hospital,
            kitchen_id: kitchens[n % kitchens.len()],
            ward_id: (n % 4 != 1).then(|| wards[n % wards.len()]),
            patient_id: None,
            placed_by: None,
            menu_id: menu.id,
            slot_id: None,
            number: format!("T{n:04}"),
            date: menu.date,
            meal: menu.meal,
            audience: [Audience::Visitor, Audience::Staff][n % 2],
            status,
            is_late: n % 7 == 6,
            delivery_at: monday() + TimeDelta::minutes(30 * (n as i64 % 4)),
            bed: None,
            currency: self.hospitals[h].currency.clone(),
            total_minor: total.1,
            flagged_at: (n % 9 == 4).then(monday),
            placed_at,
            updated_at: placed_at,
            version: events.len() as i32,
        });
    }

    /// Adds lines whose order is not known yet; the index of the first, and what they cost.
    fn add_lines(&mut self, menu: Uuid, n: usize) -> (usize, i64) {
        let first = self.order_lines.len();
        let items = self.items.iter().filter(|item| item.menu_id == menu);
        let mut total = 0;
        for (at, item) in items.take(1 + n % 3).enumerate() {
            let dish = self.dishes.iter().find(|dish| dish.id == item.dish_id);
            let line = order_line::Model {
                order_id: Uuid::nil(),
                position: 1 + at as i16,
                menu_item_id: Some(item.id),
                dish_id: item.dish_id,
                dish_name: dish.unwrap().name.clone(),
                unit_price_minor: 420 + at as i64,
                quantity: 1 + (n % 2) as i16,
            };
            total += line.unit_price_minor * i64::from(line.quantity);
            self.order_lines.push(line);
        }
        (first, total)
    }

    fn order_id(&mut self, millis: u64) -> Uuid {
        self.ids += 1;
        let rest = (u128::from(mix(self.ids)) << 16).to_be_bytes();
        let mut random = [0; 10];
        random.copy_from_slice(&rest[6..]);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

/// The states through which an order came to `status`.
fn states(status: OrderStatus) -> Vec<OrderStatus> {
    let all: Vec<OrderStatus> = OrderStatus::iter().collect();
    match status.gives_back() {
        true => vec![OrderStatus::Placed, status],
        false => all.into_iter().filter(|other| *other <= status).collect(),
    }
}
