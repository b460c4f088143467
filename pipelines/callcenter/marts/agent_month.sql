-- What each agent did in a month: one row for each agent.
--
-- An agent who changed team or level during the month has several versions; they count as one, under
-- the name, team and level of the version that is current now.
select
    current_agent.agent_key,
    agent.agent_id,
    current_agent.full_name,
    team.name as team_name,
    current_agent.level,
    count(*) as calls,
    round(avg(outcome.is_contact::int), 4) as contact_rate,
    round(avg(call.duration_s) filter (where outcome.is_contact), 1) as average_handling_s,
    count(*) filter (where outcome.is_promise) as promises,
    coalesce(sum(call.promise_amount), 0) as promised_amount,
    count(*) filter (where call.promise_kept) as kept_promises
from fact_call as call
join dim_agent as agent on agent.agent_key = call.agent_key
join dim_agent as current_agent on current_agent.agent_id = agent.agent_id and current_agent.is_current
join dim_outcome as outcome on outcome.outcome_key = call.outcome_key
left join dim_team as team on team.team_key = current_agent.team_key
where call.period >= :period_start and call.period < :period_end
group by
    current_agent.agent_key,
    agent.agent_id,
    current_agent.full_name,
    team.name,
    current_agent.level
