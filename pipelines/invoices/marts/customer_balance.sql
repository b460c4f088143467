-- What each customer has paid and still owes: one row for each customer.
select
    customer.customer_key,
    customer.customer_id,
    customer.name,
    count(distinct invoice.invoice_id) as invoices,
    coalesce(sum(invoice.total) filter (where status.status = 'PAID'), 0) as paid,
    coalesce(sum(invoice.total) filter (where status.status = 'PENDING'), 0) as pending,
    coalesce(sum(invoice.total) filter (where status.status = 'CANCELLED'), 0) as cancelled
from fact_invoice as invoice
join dim_customer as customer on customer.customer_key = invoice.customer_key
join dim_status as status on status.status_key = invoice.status_key
group by customer.customer_key, customer.customer_id, customer.name
