select canvas_id
from mart_contribution join mart_campaign_result using (campaign_id)
where (funds = 0) <> (spent is null) or (funds = 0) <> (reached is null)
