-- Every movement of the day is in the mart once.
select moved.amount, mart.amount as in_mart
from (
    select coalesce(sum(amount), 0) as amount
    from fact_transaction
    where period >= :period_start and period < :period_end
) as moved
cross join (
    select coalesce(sum(amount), 0) as amount
    from mart_money_moved
    where period >= :period_start and period < :period_end
) as mart
where moved.amount <> mart.amount
