-- No transaction stands in the files of two months.
select sale_id, count(*) from fact_sale group by sale_id having count(*) > 1
