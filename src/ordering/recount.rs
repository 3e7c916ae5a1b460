//! The tallies, counted anew from the orders and their lines.

use entity::vocabulary::OrderStatus;
use sea_orm::{
    ActiveEnum, ConnectionTrait, DbBackend, DbErr,
    sea_query::{Expr, ExprTrait, Func, Query, SelectStatement},
};
use uuid::Uuid;

use super::tally::{FIRST, ORDERS, PORTIONS, Table};
use crate::db::Transaction;

/// Counts all orders again, in place of what the tallies say; whoever orders meanwhile waits, and
/// is counted after that. For what wrote orders without counting them: bulk loads, and servers
/// from before there were tallies. It reads every order that there is.
pub async fn recount(conn: &Transaction) -> Result<(), DbErr> {
    let is_postgres = conn.get_database_backend() == DbBackend::Postgres;
    if is_postgres {
        // Months are joined one by one, in memory that no request would be given.
        let prepare = "SET LOCAL statement_timeout = 0;
            SET LOCAL work_mem = '128MB';
            SET LOCAL enable_partitionwise_join = on;
            LOCK TABLE portion_tally, order_tally IN SHARE ROW EXCLUSIVE MODE";
        conn.execute_unprepared(prepare).await?;
    }
    for (table, counted) in [(PORTIONS, portions()), (ORDERS, orders())] {
        conn.execute(Query::delete().from_table(table.name)).await?;
        let mut insert = Query::insert();
        insert
            .into_table(table.name)
            .columns(table.columns())
            .select_from(counted)
            .map_err(|error| DbErr::Custom(error.to_string()))?;
        conn.execute(&insert).await?;
        if is_postgres {
            conn.execute_unprepared(&format!("ANALYZE {}", table.name))
                .await?;
        }
    }
    Ok(())
}

fn portions() -> SelectStatement {
    let mut select = lines(&PORTIONS, ("orders", "ward_id"));
    select
        .expr(sum(Expr::col(("order_line", "quantity"))))
        .expr(count(is_first()))
        .and_where(is_kept());
    select
}

fn orders() -> SelectStatement {
    let is = |status: OrderStatus| Expr::col(("orders", "status")).eq(status.to_value());
    let is_late = Expr::col(("orders", "is_late")).eq(true);
    let only = |condition: Expr, of: Expr| Expr::case(condition, of).finally(0).into();
    let mut select = lines(&ORDERS, ("orders", "slot_id"));
    select
        .expr(count(is_first()))
        .expr(count(is_first().and(is(OrderStatus::Delivered))))
        .expr(count(is_first().and(is(OrderStatus::Rejected))))
        .expr(count(is_first().and(is(OrderStatus::Cancelled))))
        .expr(count(is_first().and(is_kept()).and(is_late)))
        .expr(sum(only(is_kept(), Expr::col(("order_line", "quantity")))))
        .expr(sum(only(
            is_first().and(is_kept()),
            Expr::col(("orders", "total_minor")),
        )));
    select
}

/// SELECT the key of a table FROM the orders and their lines, for each that there is. One column
/// of the key may be NULL in an order.
fn lines(table: &Table, nullable: (&'static str, &'static str)) -> SelectStatement {
    let of_order = Expr::col(("order_line", "order_id")).equals(("orders", "id"));
    let mut select = Query::select();
    select.from("orders").inner_join("order_line", of_order);
    for (name, _) in table.key {
        let of = if *name == "dish_id" {
            "order_line"
        } else {
            "orders"
        };
        let column = Expr::col((of, *name));
        select.add_group_by([column.clone()]);
        match (of, *name) == nullable {
            true => select.expr(Func::coalesce([column, Expr::val(Uuid::nil())])),
            false => select.expr(column),
        };
        // In the order of the key, so that its index grows at its end.
        select.order_by((of, *name), sea_orm::Order::Asc);
    }
    select
}

/// Whether an order was neither rejected nor cancelled.
fn is_kept() -> Expr {
    let given_back = [OrderStatus::Rejected, OrderStatus::Cancelled];
    let given_back = given_back.map(|status| status.to_value());
    Expr::col(("orders", "status")).is_not_in(given_back)
}

/// Every order has one such line.
fn is_first() -> Expr {
    Expr::col(("order_line", "position")).eq(FIRST)
}

fn count(condition: Expr) -> Expr {
    sum(Expr::case(condition, 1).finally(0).into())
}

fn sum(what: Expr) -> Expr {
    Func::sum(what).into()
}
