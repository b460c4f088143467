-- What each campaign has cost and brought so far, a row for each that was ever active.
select
    c.campaign_id,
    c.name,
    c.funds,
    coalesce(i.spend, 0)::numeric(14, 2) as spend,
    coalesce(i.conversions, 0) as conversions,
    round(i.spend / nullif(i.conversions, 0), 2) as cost_per_conversion,
    round(coalesce(i.spend, 0) / nullif(c.funds, 0), 6) as share_of_funds,
    coalesce(l.reach, 0) as reach
from dim_campaign c
left join (
    select campaign_key, sum(spend) as spend, sum(conversions)::bigint as conversions
    from fact_insight
    group by campaign_key
) i using (campaign_key)
left join dim_lifetime l on l.campaign_id = c.campaign_id
where c.campaign_key > 0
