-- The facts of the last load: each row judged, its keys found as of its own time, the first of each
-- grain kept.
\set ON_ERROR_STOP on
set client_min_messages = warning;
set timezone = 'UTC';

create table oracle.sale_row as
select load, file, line, right(file, 7) as period, fields[1] as sale_id, fields[2] as sold_at,
    nullif(fields[3], '') as quantity, fields[4] as price, lower(oracle.trimmed(fields[5])) as status,
    nullif(fields[6], '') as coupon, nullif(fields[7], '') as note, nullif(fields[8], '') as paid_on,
    nullif(lower(fields[9]), '') as express,
    upper(oracle.trimmed(fields[10])) as seller, upper(oracle.trimmed(fields[11])) as helper,
    nullif(fields[12], '') as client_id,
    lower(oracle.trimmed(fields[13])) as shop_city, nullif(fields[14], '') as shop_number,
    case
        when cardinality(fields) <> 14 then 'fields'
        when fields[1] = '' then 'required'
        when fields[2] = '' then 'required'
        when not oracle.is_time(fields[2]) then 'timestamp'
        when fields[3] !~ '^-?\d*$' then 'integer'
        when fields[3] <> '' and fields[3]::int < 1 then 'min'
        when fields[3] <> '' and fields[3]::int > 100 then 'max'
        when fields[4] = '' then 'required'
        when fields[4] !~ '^-?\d+(\.\d{1,2})?$' then 'decimal'
        when fields[4]::numeric < 0 then 'min'
        when lower(btrim(fields[5])) not in ('', 'open', 'paid', 'void') then 'one_of'
        when fields[6] <> '' and fields[6] !~ '^[A-Z]{2}[0-9]{2}$' then 'matches'
        when length(fields[7]) > 20 then 'length'
        when fields[8] <> '' and not oracle.is_day(fields[8]) then 'date'
        when lower(fields[9]) not in ('', 'yes', 'no', 'true', 'false', '1', '0') then 'boolean'
        when left(fields[2], 7) <> right(file, 7) then 'period'
        when lower(btrim(fields[5])) = 'void' and fields[4]::numeric <> 0 then 'void_is_free'
        when oracle.trimmed(fields[10]) is null then 'required'
        when not exists (select from oracle.agent a where a.agent_id = upper(btrim(fields[10])))
            then 'references'
        when fields[12] !~ '^\d*$' then 'integer'
    end as rule
from oracle.line
where file like 'sales\_%' and load = (select max(load) from oracle.line);

insert into oracle.client (client_id, is_inferred)
select distinct client_id::int, true from oracle.sale_row
where rule is null and client_id is not null
    and client_id::int not in (select client_id from oracle.client);

-- The version that held at an instant; before the first one, the first.
create function oracle.held_at(who text, moment timestamptz) returns timestamptz stable language sql
    return coalesce(
        (select max(valid_from) from oracle.agent where agent_id = who and valid_from <= moment),
        (select min(valid_from) from oracle.agent where agent_id = who));

create table oracle.sale_mapped as
select line, period, sale_id, sold_at::timestamptz, quantity::int, price::numeric(10,2), status, coupon,
    note, paid_on::date, express in ('yes', 'true', '1') as express,
    (price::numeric * quantity::int)::numeric(14,2) as amount,
    seller, oracle.held_at(seller, sold_at::timestamptz) as seller_from,
    a.agent_id as helper, oracle.held_at(a.agent_id, sold_at::timestamptz) as helper_from,
    client_id::int, s.city as shop_city, s.number as shop_number, sold_at::timestamp::date as day
from oracle.sale_row r
left join (select distinct agent_id from oracle.agent) a on a.agent_id = r.helper
left join oracle.shop s on s.city = r.shop_city and s.number = r.shop_number::int
where rule is null;

-- A row whose grain was there before says the same again, or is refused.
create table oracle.sale_judged as
select m.*, to_jsonb(m) - 'line' = first_value(to_jsonb(m) - 'line') over same_grain as is_same,
    row_number() over same_grain as nth
from oracle.sale_mapped m
window same_grain as (partition by period, sale_id order by line);

create table oracle.sale as select * from oracle.sale_judged where nth = 1;
create table oracle.sale_refused as
select 'sales_' || period as file, line, rule from oracle.sale_row where rule is not null
union all
select 'sales_' || period, line, 'grain' from oracle.sale_judged where nth > 1 and not is_same;

-- Visits ------------------------------------------------------------------------------------------

create table oracle.visit_row as
select line, fields[1] as visited_on, nullif(fields[2], '') as channel, nullif(fields[3], '') as minutes,
    nullif(fields[4], '') as client_id, upper(oracle.trimmed(fields[5])) as agent_id,
    case
        when cardinality(fields) <> 5 then 'fields'
        when fields[1] = '' then 'required'
        when not oracle.is_day(fields[1]) then 'date'
        when fields[3] !~ '^\d*$' then 'integer'
        when fields[4] !~ '^\d*$' then 'integer'
        when oracle.trimmed(fields[5]) is null then 'required'
        when not exists (select from oracle.agent a where a.agent_id = upper(btrim(fields[5])))
            then 'references'
    end as rule
from oracle.line where file = 'visits' and load = (select max(load) from oracle.line);

create table oracle.visit as
select visited_on, channel, minutes, client_id, agent_id, agent_from
from (
    select visited_on::date, channel, minutes::int, c.client_id, agent_id,
        (select max(valid_from) from oracle.agent a where a.agent_id = r.agent_id) as agent_from,
        row_number() over (partition by coalesce(c.client_id, -1), visited_on::date, channel
            order by line desc) as nth
    from oracle.visit_row r left join oracle.client c on c.client_id = r.client_id::int
    where rule is null) v
where nth = 1 or channel is null;
