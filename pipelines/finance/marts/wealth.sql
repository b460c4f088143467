-- What each customer had with the bank at the end of each day on which something moved: one row for
-- each customer and day.
--
-- Deposits and sales bring money in; withdrawals and purchases take it out. A transfer stays out of it,
-- for the export does not tell its direction. A dividend that is reinvested is invested, as are
-- investments. What customers had before the first day is not known: cash counts from 0.
with movement as (
    select
        account.customer_key,
        moved.transaction_date as day,
        case
            when moved.transaction_type in ('Deposit', 'Sale') then moved.amount
            when moved.transaction_type in ('Withdrawal', 'Purchase') then -moved.amount
                else 0.00
        end as cash,
        case when moved.transaction_type = 'Dividend Reinvestment' then moved.amount else 0.00 end as invested
    from fact_transaction as moved
    join dim_account as account on account.account_key = moved.account_key
    union all
    select account.customer_key, invested.investment_date, 0.00, invested.amount
    from fact_investment as invested
    join dim_account as account on account.account_key = invested.account_key
),
daily as (
    select customer_key, day, sum(cash) as cash, sum(invested) as invested
    from movement
    group by customer_key, day
),
standing as (
    select
        customer_key,
        day,
        sum(cash) over so_far as cash,
        sum(invested) over so_far as invested
    from daily
    window so_far as (partition by customer_key order by day)
)
select
    customer.customer_id,
    customer.customer_name,
    customer.country,
    customer.credit_score,
    customer.annual_income,
    standing.day,
    standing.cash,
    standing.invested,
    standing.cash + standing.invested as wealth,
    round((standing.cash + standing.invested) / customer.annual_income, 4) as share_of_income
from standing
join dim_customer as customer on customer.customer_key = standing.customer_key
