-- How many clients took up a digital channel in a month: one row for each segment.
--
-- A client counts in the segment it had when it was called. Clients that are not exported yet have
-- no segment: they count as `unknown`.
select
    coalesce(client.segment, 'unknown') as segment,
    count(distinct client.client_id) as clients_called,
    count(distinct client.client_id) filter (where call.digital_channel_offered) as clients_offered,
    count(distinct client.client_id) filter (where call.digital_channel_adopted) as clients_adopted,
    round(
        count(distinct client.client_id) filter (where call.digital_channel_adopted)::numeric
            / nullif(count(distinct client.client_id) filter (where call.digital_channel_offered), 0),
        4
    ) as adoption_rate
from fact_call as call
join dim_client as client on client.client_key = call.client_key
where call.period >= :period_start and call.period < :period_end
group by coalesce(client.segment, 'unknown')
