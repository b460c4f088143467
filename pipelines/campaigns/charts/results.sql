select campaign_id as "Campaign", spend as "Spend"
from mart_campaign_result
order by spend desc, campaign_id
