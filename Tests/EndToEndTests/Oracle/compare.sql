-- Every table beside the oracle's, by what its keys mean: rows of one that the other has not, and how
-- many there are. One line each: name, rows, only in the warehouse, only in the oracle.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
set timezone = 'UTC';

create view oracle.loads as select id, row_number() over (order by id) as load from longshore.load;

create view oracle.pair_region as select
    (select array_agg(t::text) from (select region_code, name, founded, is_inferred
        from trade.dim_region where region_key <> -1) t) as ours,
    (select array_agg(t::text) from (select region_code, name, founded, is_inferred from oracle.region) t) as theirs;

create view oracle.pair_shop as select
    (select array_agg(t::text) from (select s.city, s.number, s.name, s.opened_on, r.region_code, s.is_inferred
        from trade.dim_shop s join trade.dim_region r using (region_key) where s.shop_key <> -1) t) as ours,
    (select array_agg(t::text) from (select city, number, name, opened_on, region_code, is_inferred
        from oracle.shop) t) as theirs;

create view oracle.pair_grade as select
    (select array_agg(t::text) from (select grade_code, title, since, pay, valid_from, valid_to,
            is_current, is_inferred
        from trade.dim_grade where grade_key <> -1 and valid_from < valid_to) t) as ours,
    (select array_agg(t::text) from (select grade_code, title, since, pay, valid_from, valid_to,
            valid_to = 'infinity', false
        from oracle.grade) t) as theirs;

create view oracle.pair_agent as select
    (select array_agg(t::text) from (select a.agent_id, a.updated_at, a.hired_on, a.phone, a.team, a.level,
            g.grade_code, case when g.grade_key <> -1 then g.valid_from end, s.city, s.number,
            a.valid_from, a.valid_to, a.is_current, a.is_inferred
        from trade.dim_agent a join trade.dim_grade g using (grade_key)
        join trade.dim_shop s using (shop_key)
        where a.agent_key <> -1 and a.valid_from < a.valid_to) t) as ours,
    (select array_agg(t::text) from (select agent_id, updated_at, hired_on, phone, team, level,
            grade_code, grade_from, shop_city, shop_number, valid_from, valid_to,
            valid_to = 'infinity', false
        from oracle.agent) t) as theirs;

create view oracle.pair_client as select
    (select array_agg(t::text) from (select client_id, seen_at, name, segment, is_inferred
        from trade.dim_client where client_key <> -1) t) as ours,
    (select array_agg(t::text) from (select client_id, seen_at, name, segment, is_inferred
        from oracle.client) t) as theirs;

create view oracle.pair_sale as select
    (select array_agg(t::text) from (select to_char(f.period, 'YYYY-MM'), f.sale_id, f.sold_at, f.quantity,
            f.price, f.status, f.coupon, f.note, f.paid_on, f.express, f.amount,
            a.agent_id, a.valid_from, h.agent_id, case when h.agent_key <> -1 then h.valid_from end,
            c.client_id, s.city, s.number, d.date
        from trade.fact_sale f join trade.dim_agent a on a.agent_key = f.seller_key
        join trade.dim_agent h on h.agent_key = f.helper_key
        join trade.dim_client c using (client_key) join trade.dim_shop s on s.shop_key = f.shop_key
        join trade.dim_day d using (day_key)) t) as ours,
    (select array_agg(t::text) from (select period, sale_id, sold_at, quantity, price, status, coupon, note,
            paid_on, express, amount, seller, seller_from, helper, helper_from, client_id,
            shop_city, shop_number, day
        from oracle.sale) t) as theirs;

create view oracle.pair_visit as select
    (select array_agg(t::text) from (select f.visited_on, f.channel, f.minutes, c.client_id, a.agent_id,
            a.valid_from
        from trade.fact_visit f join trade.dim_client c using (client_key)
        join trade.dim_agent a using (agent_key)) t) as ours,
    (select array_agg(t::text) from (select visited_on, channel, minutes, client_id, agent_id, agent_from
        from oracle.visit) t) as theirs;

create view oracle.pair_reject as select
    (select array_agg(t::text) from (select load, split_part(source, '.csv', 1), line, rule
        from longshore.reject r join oracle.loads l on l.id = r.load_id
        where table_name like 'dim%' or load = (select max(load) from oracle.loads)) t) as ours,
    (select array_agg(t::text) from (
        select load, 'regions', line, rule from oracle.region_row where rule is not null
        union all select load, 'shops', line, rule from oracle.shop_row where rule is not null
        union all select load, 'agents', line, rule from oracle.agent_row where rule is not null
        union all select load, 'clients', line, rule from oracle.client_row where rule is not null
        union all select (select max(load) from oracle.loads), file, line, rule from oracle.sale_refused
        union all select (select max(load) from oracle.loads), 'visits', line, rule
            from oracle.visit_row where rule is not null) t) as theirs;

select format($$
    select '%1$s', cardinality(theirs),
        (select count(*) from (select unnest(ours) from oracle.pair_%1$s
            except all select unnest(theirs) from oracle.pair_%1$s) d),
        (select count(*) from (select unnest(theirs) from oracle.pair_%1$s
            except all select unnest(ours) from oracle.pair_%1$s) d)
    from oracle.pair_%1$s
$$, name)
from unnest(array['region', 'shop', 'grade', 'agent', 'client', 'sale', 'visit', 'reject']) name
\gexec
