-- Every sale is in the mart once, in its month and in its customer's lifetime.
select sold.total, mart.total as in_months, mart.lifetime
from (select coalesce(sum(amount), 0) as total from fact_sale) as sold
cross join (
    select
        coalesce(sum(total_sales), 0) as total,
        coalesce(sum(customer_lifetime_value)
            filter (where sales_date_month = first_purchase_month), 0) as lifetime
    from mart_customers
) as mart
where mart.total <> sold.total or mart.lifetime <> sold.total
