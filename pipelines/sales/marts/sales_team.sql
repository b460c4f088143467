-- What each salesperson sold in a store and month: one row for each store, salesperson and month with
-- a sale.
--
-- A month without a sale has no row, but it counts: as 0 in means, and as the month before.
with monthly as (
    select
        store_key,
        salesperson_key,
        period as month,
        sum(amount) as total,
        count(*) as transactions,
        max(amount) as largest
    from fact_sale
    group by store_key, salesperson_key, period
),
compared as (
    select
        *,
        min(month) over pair as first_month,
        max(month) over pair as last_month,
        sum(total) over (pair order by month) as total_so_far,
        sum(total) over (
            partition by store_key, salesperson_key, extract(year from month) order by month
        ) as year_to_date,
        case
            when lag(month) over (pair order by month) = month - interval '1 month'
                then lag(total) over (pair order by month)
            else 0
        end as previous,
        rank() over (partition by store_key, month order by total desc) as place,
        sum(total) over (partition by store_key, month) as store_total
    from monthly
    window pair as (partition by store_key, salesperson_key)
)
select
    store.store_id,
    salesperson.sales_person_id,
    salesperson.full_name,
    to_char(compared.month, 'YYYY-MM') as sales_month,
    round(compared.total, 2) as total_sales,
    round(
        compared.total_so_far / (
            12 * (extract(year from compared.month) - extract(year from compared.first_month))
                + extract(month from compared.month) - extract(month from compared.first_month) + 1
        ),
        2
    ) as avg_sales_per_month,
    round(case when compared.place = 1 then :incentive_rate * compared.total else 0 end, 2) as incentive,
    case
        when compared.month > compared.first_month
            then 100 * (compared.total - compared.previous) / nullif(compared.previous, 0)
    end as sales_growth_rate,
    compared.place as top_performance_rank,
    round(compared.year_to_date, 2) as year_to_date_sales,
    case
        when compared.month > compared.first_month then round(compared.total - compared.previous, 2)
    end as month_over_month_variance,
    to_char(compared.first_month, 'YYYY-MM') as first_sale_month,
    to_char(compared.last_month, 'YYYY-MM') as last_sale_month,
    compared.transactions as total_transactions,
    round(compared.total / compared.transactions, 2) as avg_transaction_value,
    round(compared.largest, 2) as max_single_transaction,
    100 * compared.total / nullif(compared.store_total, 0) as sales_contribution_percentage
from compared
join dim_store as store on store.store_key = compared.store_key
join dim_salesperson as salesperson on salesperson.salesperson_key = compared.salesperson_key
