//! Which orders a viewer sees, as a condition of every query that reads them.

use entity::vocabulary::Role;
use sea_orm::{
    DbBackend,
    sea_query::{Condition, Expr, ExprTrait, Query},
};

use crate::{auth::Scope, sql::is_any_of};

/// Those at a hospital who see its orders.
pub const SEE_ORDERS: [Role; 3] = [Role::Nurse, Role::Dietitian, Role::HospitalManager];

/// Orders that the viewer placed for themselves, that are for the patient that they are, or that
/// they work on at the hospital or the kitchen. What they placed for a patient they see for as
/// long as they are one of these.
pub fn visible_to(scope: &Scope, backend: DbBackend) -> Condition {
    if scope.is_administrator() {
        return Condition::all();
    }
    let is_any = |column, ids: &[_]| is_any_of(Expr::col(("orders", column)), ids, backend);
    let own = Condition::all()
        .add(is_any("placed_by", scope.account().as_slice()))
        .add(Expr::col(("orders", "patient_id")).is_null());
    Condition::any()
        .add(is_any("hospital_id", &scope.hospitals(&SEE_ORDERS)))
        .add(is_any("kitchen_id", &scope.kitchens()))
        .add(is_any("patient_id", &scope.patients()))
        .add(own)
}

/// Rows that belong to an order which the viewer sees: `order` is its id in them.
pub fn below_visible(order: Expr, scope: &Scope, backend: DbBackend) -> Condition {
    if scope.is_administrator() {
        return Condition::all();
    }
    // Looked up row by row: an EXISTS would be joined, and with that all orders that the viewer
    // sees are read for the few that are asked about.
    let seen = Query::select()
        .column(("orders", "id"))
        .from("orders")
        .and_where(Expr::col(("orders", "id")).eq(order.clone()))
        .cond_where(visible_to(scope, backend))
        .take();
    Condition::all().add(order.eq(seen))
}
