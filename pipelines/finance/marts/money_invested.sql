-- How much was invested on a day: one row for each kind of investment and risk profile of the account.
select
    investment.investment_type,
    account.risk_profile,
    count(*) as investments,
    count(distinct account.customer_key) as customers,
    sum(investment.amount) as amount,
    round(avg(investment.amount), 2) as average_amount,
    round(
        100 * sum(investment.amount)
            / sum(sum(investment.amount)) over (partition by investment.investment_type),
        2
    ) as share_of_type
from fact_investment as investment
join dim_account as account on account.account_key = investment.account_key
where investment.period >= :period_start and investment.period < :period_end
group by investment.investment_type, account.risk_profile
