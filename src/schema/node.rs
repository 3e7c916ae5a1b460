//! `Node`: every object with an identity, by its global id.

use std::borrow::Cow;

use async_graphql::{
    Context, ContextSelectionSet, ID, Interface, Object, OutputType, Positioned, ServerResult,
    Value, parser::types::Field, registry::Registry,
};

use crate::{
    account::{Account, AccountById, Membership, MembershipById},
    dish::{Dish, DishById},
    error::{Error, Result},
    graph::{Ctx, GlobalId, Row, id::Kind},
    hospital::{Hospital, HospitalById, Ward, WardById},
    kitchen::{Kitchen, KitchenById},
    menu::{Menu, MenuById, MenuItem, MenuItemById, MenuSection, SectionById},
    ordering::{Hold, HoldById, Order, OrderById},
    patient::{Patient, PatientById},
};

/// How many ids `nodes` takes.
const MOST_IDS: usize = 100;

macro_rules! nodes {
    ($($kind:ident by $edge:ident),* $(,)?) => {
        /// An object with an identity.
        #[derive(Interface)]
        #[graphql(
            name = "Node",
            field(name = "id", ty = "ID", desc = "The global id: opaque, and valid for ever.")
        )]
        enum Node {
            $($kind($kind),)*
        }

        /// An object with an identity, shared as rows are.
        pub enum AnyNode {
            $($kind(Row<$kind>),)*
        }

        impl OutputType for AnyNode {
            fn type_name() -> Cow<'static, str> {
                Node::type_name()
            }

            fn create_type_info(registry: &mut Registry) -> String {
                Node::create_type_info(registry)
            }

            async fn resolve(
                &self,
                ctx: &ContextSelectionSet<'_>,
                field: &Positioned<Field>,
            ) -> ServerResult<Value> {
                match self {
                    $(Self::$kind(row) => row.resolve(ctx, field).await,)*
                }
            }
        }

        async fn load(ctx: &Context<'_>, id: GlobalId) -> Result<Option<AnyNode>> {
            match id.kind {
                $(Kind::$kind => Ok(ctx.load($edge, id.uuid).await?.map(AnyNode::$kind)),)*
            }
        }
    };
}

nodes! {
    Hospital by HospitalById,
    Ward by WardById,
    Kitchen by KitchenById,
    Dish by DishById,
    Menu by MenuById,
    MenuSection by SectionById,
    MenuItem by MenuItemById,
    Account by AccountById,
    Membership by MembershipById,
    Order by OrderById,
    Patient by PatientById,
    Hold by HoldById,
}

#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object with this id; null when there is none, or none that you may see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id, as the API gave it.")] id: ID,
    ) -> Result<Option<AnyNode>> {
        match GlobalId::parse(&id) {
            Some(id) => load(ctx, id).await,
            None => Ok(None),
        }
    }

    /// The objects with these ids, in their order; null in the place of each that does not exist.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids, as the API gave them; at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<AnyNode>>> {
        if ids.len() > MOST_IDS {
            return Err(Error::bad_input(format!(
                "`ids` has {} entries; at most {MOST_IDS} are allowed.",
                ids.len()
            )));
        }
        let loads = ids.iter().map(|id| async {
            match GlobalId::parse(id) {
                Some(id) => load(ctx, id).await,
                None => Ok(None),
            }
        });
        futures_util::future::try_join_all(loads).await
    }
}
