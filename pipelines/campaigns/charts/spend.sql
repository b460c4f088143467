select campaign_id, date_start as day, spend as "Spend"
from fact_insight join dim_campaign using (campaign_key)
order by campaign_id, day
