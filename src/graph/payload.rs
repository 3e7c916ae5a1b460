//! What a mutation answers: the thing as it is now, and why it was not changed.

/// Declares the payload of a mutation: its name, and the field of its thing with its type and
/// the edge that leads to it.
macro_rules! payload {
    (
        $name:ident {
            #[doc = $about_thing:literal]
            $thing:ident: $type:ident by $edge:expr,
            #[doc = $about_problems:literal]
            problems,
        }
    ) => {
        /// What became of the change.
        pub struct $name($crate::graph::Changed);

        /// What became of the change.
        #[async_graphql::Object]
        impl $name {
            #[doc = $about_thing]
            async fn $thing(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> $crate::error::Result<Option<$crate::graph::Row<$type>>> {
                match self.0.problems.is_empty() {
                    true => $crate::graph::Ctx::load(ctx, $edge, self.0.thing).await,
                    false => Ok(None),
                }
            }

            #[doc = $about_problems]
            async fn problems(&self) -> &[$crate::graph::Problem] {
                &self.0.problems
            }
        }
    };
}

pub(crate) use payload;
