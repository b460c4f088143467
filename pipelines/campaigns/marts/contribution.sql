-- What of each contribution is spent, and whom it has reached: its part of the funds, of spend and of reach.
select
    v.canvas_id,
    v.campaign_id,
    v.contributor,
    v.contribution,
    round(v.contribution * r.spend / nullif(r.funds, 0), 2) as spent,
    round(v.contribution * r.reach / nullif(r.funds, 0))::bigint as reached
from dim_canvas v
join mart_campaign_result r using (campaign_id)
where v.canvas_key > 0
