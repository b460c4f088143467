-- Every sale is in the mart once, in its month.
select sold.total, mart.total as in_months
from (select coalesce(sum(amount), 0) as total from fact_sale) as sold
cross join (select coalesce(sum(total_sales), 0) as total from mart_sales_team) as mart
where mart.total <> sold.total
