-- The sales that somebody should look at: one row for each.
--
-- The amount is not the price times the quantity, or it is far more than what the customer usually
-- spends, which takes some purchases to know. The median is not moved by the outlier itself.
with usual as (
    select
        customer_key,
        count(*) as purchases,
        percentile_disc(0.5) within group (order by amount) as amount
    from fact_sale
    group by customer_key
),
judged as (
    select
        sale.*,
        usual.amount as usual_amount,
        usual.purchases >= :outlier_purchases
            and sale.amount > :outlier_times * usual.amount as is_outlier
    from fact_sale as sale
    join usual on usual.customer_key = sale.customer_key
)
select
    judged.sale_id,
    judged.sold_on,
    store.store_id,
    salesperson.sales_person_id,
    customer.customer_id,
    judged.quantity,
    judged.unit_price,
    judged.amount,
    judged.expected_amount,
    judged.usual_amount,
    judged.amount_is_off,
    judged.is_outlier
from judged
join dim_store as store on store.store_key = judged.store_key
join dim_salesperson as salesperson on salesperson.salesperson_key = judged.salesperson_key
join dim_customer as customer on customer.customer_key = judged.customer_key
where judged.amount_is_off or judged.is_outlier
