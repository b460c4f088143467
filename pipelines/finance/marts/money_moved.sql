-- How much money moved on a day: one row for each kind of movement.
select
    transaction.transaction_type,
    count(*) as transactions,
    count(distinct account.customer_key) as customers,
    sum(transaction.amount) as amount,
    round(avg(transaction.amount), 2) as average_amount,
    max(transaction.amount) as largest_amount,
    round(100 * sum(transaction.amount) / sum(sum(transaction.amount)) over (), 2) as share_of_day
from fact_transaction as transaction
join dim_account as account on account.account_key = transaction.account_key
where transaction.period >= :period_start and transaction.period < :period_end
group by transaction.transaction_type
