select campaign_id, funds, spend, conversions, cost_per_conversion, share_of_funds, reach
from mart_campaign_result
