-- What each customer bought in a month, and is worth altogether: one row for each customer and month
-- with a purchase.
--
-- Everything is seen from the first day after the last month with sales, never from today: the same
-- sales give the same rows whenever they are computed.
with as_of as (
    select (max(period) + interval '1 month')::date as day
    from fact_sale
),
purchase as (
    select
        customer_key,
        period,
        sold_on,
        amount,
        sold_on - lag(sold_on) over (partition by customer_key order by sold_on) as days_since_last
    from fact_sale
),
lifetime as (
    select
        customer_key,
        sum(amount) as value,
        count(*) as purchases,
        max(amount) as largest,
        min(period) as first_month,
        max(period) as last_month,
        max(sold_on) as last_day,
        avg(days_since_last) as days_between
    from purchase
    group by customer_key
),
standing as (
    select
        *,
        percent_rank() over (order by value) as percent_rank,
        12 * (extract(year from as_of.day) - extract(year from first_month))
            + extract(month from as_of.day) - extract(month from first_month) as months
    from lifetime
    cross join as_of
),
monthly as (
    select customer_key, period, sum(amount) as total
    from purchase
    group by customer_key, period
)
select
    customer.customer_id,
    customer.full_name,
    customer.address,
    customer.phone_number,
    to_char(monthly.period, 'YYYY-MM') as sales_date_month,
    round(monthly.total, 2) as total_sales,
    round(standing.value, 2) as customer_lifetime_value,
    to_char(standing.first_month, 'YYYY-MM') as first_purchase_month,
    to_char(standing.last_month, 'YYYY-MM') as last_purchase_month,
    standing.purchases as purchase_frequency,
    round(standing.value / standing.purchases, 2) as monetary_value,
    round(standing.value / standing.months, 2) as avg_monthly_spending,
    round(standing.largest, 2) as max_single_transaction,
    standing.days_between as avg_time_between_purchases,
    standing.day - standing.last_day > :inactive_days as inactive_status,
    case
        when standing.percent_rank >= :premium_from then 'Premium'
        when standing.percent_rank >= :regular_from then 'Regular'
        else 'Basic'
    end as customer_segment
from monthly
join standing on standing.customer_key = monthly.customer_key
join dim_customer as customer on customer.customer_key = monthly.customer_key
