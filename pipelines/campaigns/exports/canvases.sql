-- The documents are the application's own: only these two members are set.
select json_build_object('$oid', canvas_id) as _id, spent, reached
from mart_contribution
