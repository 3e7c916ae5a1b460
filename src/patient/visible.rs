//! Which patients a viewer sees, as a condition of every query that reads them.

use entity::vocabulary::Role;
use sea_orm::{
    DbBackend,
    sea_query::{Condition, Expr},
};

use crate::{auth::Scope, sql::is_any_of};

/// Those at a hospital who see its patients, and change what is known of them.
pub const SEE_PATIENTS: [Role; 2] = [Role::Dietitian, Role::Nurse];

/// Patients of the hospitals at which the viewer cares for them, and those that the viewer is.
pub fn visible_to(scope: &Scope, backend: DbBackend) -> Condition {
    if scope.is_administrator() {
        return Condition::all();
    }
    let is_any = |column, ids: &[_]| is_any_of(Expr::col(("patient", column)), ids, backend);
    Condition::any()
        .add(is_any("hospital_id", &scope.hospitals(&SEE_PATIENTS)))
        .add(is_any("id", &scope.patients()))
}

/// Whether there are patients that the viewer may see; where not, none need be looked for.
pub fn sees_any(scope: &Scope) -> bool {
    scope.is_administrator()
        || !scope.hospitals(&SEE_PATIENTS).is_empty()
        || !scope.patients().is_empty()
}
