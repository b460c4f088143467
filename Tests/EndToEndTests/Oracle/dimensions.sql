-- The dimensions and their history, by the book: windows over everything that was ever told.
\set ON_ERROR_STOP on
set client_min_messages = warning;
set timezone = 'UTC';
analyze oracle.line;

create function oracle.trimmed(text) returns text immutable language sql
    return nullif(btrim($1), '');
create function oracle.is_day(text) returns boolean immutable language sql
    return $1 ~ '^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$'
        and substr($1, 9, 2)::int <= extract(day from
            make_date(substr($1, 1, 4)::int, substr($1, 6, 2)::int, 1) + interval '1 month - 1 day');
create function oracle.is_time(text) returns boolean immutable language sql
    return oracle.is_day(substr($1, 1, 10)) and substr($1, 11) ~ '^ ([01]\d|2[0-3])(:[0-5]\d){2}$';

-- Region ------------------------------------------------------------------------------------------

create table oracle.region_row as
select load, line, upper(oracle.trimmed(fields[1])) as region_code,
    regexp_replace(oracle.trimmed(fields[2]), ' +', ' ', 'g') as name,
    nullif(fields[3], '') as founded,
    case
        when cardinality(fields) <> 3 then 'fields'
        when oracle.trimmed(fields[1]) is null then 'required'
        when fields[3] !~ '^\d*$' then 'integer'
        when fields[3] <> '' and fields[3]::int < 1900 then 'min'
    end as rule
from oracle.line where file = 'regions';

create table oracle.region as
select distinct on (region_code) region_code, name,
    first_value(founded::int) over (partition by region_code order by load, line) as founded,
    false as is_inferred
from oracle.region_row where rule is null
order by region_code, load desc, line desc;

-- Shop --------------------------------------------------------------------------------------------

create table oracle.shop_row as
select load, line, lower(oracle.trimmed(fields[1])) as city, fields[2] as number,
    nullif(fields[3], '') as name, nullif(fields[4], '') as opened_on,
    upper(oracle.trimmed(fields[5])) as region_code,
    case
        when cardinality(fields) <> 5 then 'fields'
        when oracle.trimmed(fields[1]) is null then 'required'
        when fields[2] = '' then 'required'
        when fields[2] !~ '^\d+$' then 'integer'
        when fields[4] <> '' and not oracle.is_day(fields[4]) then 'date'
    end as rule
from oracle.line where file = 'shops';

create table oracle.shop as
select distinct on (city, number::int) city, number::int, name,
    first_value(opened_on::date) over (partition by city, number::int order by load, line) as opened_on,
    region_code, false as is_inferred
from oracle.shop_row where rule is null
order by city, number::int, load desc, line desc;

insert into oracle.region (region_code, is_inferred)
select distinct region_code, true from oracle.shop_row
where rule is null and region_code is not null
    and region_code not in (select region_code from oracle.region);

-- Grade -------------------------------------------------------------------------------------------

create table oracle.grade_row as
select load, line, fields[1] as grade_code, fields[2]::date as since, fields[3]::numeric(10,2) as pay,
    fields[4] as title, null as rule
from oracle.line where file = 'grades';

create table oracle.grade as
with told as (
    select distinct on (grade_code, since) * from oracle.grade_row
    order by grade_code, since, load desc, line desc
), island as (
    select *, count(*) filter (where is_new) over (partition by grade_code order by since) as version
    from (select *, pay is distinct from lag(pay) over (partition by grade_code order by since)
            or row_number() over (partition by grade_code order by since) = 1 as is_new
        from told) t
), version as (
    select grade_code, version, min(since) as valid_from, min(pay) as pay from island
    group by grade_code, version
)
select grade_code, last.title, last.since, pay, valid_from::timestamptz,
    coalesce(lead(valid_from) over (partition by grade_code order by version), 'infinity')::timestamptz
        as valid_to
from version join (
    select distinct on (grade_code) grade_code, title, since from told
    order by grade_code, since desc) last using (grade_code);

-- Agent -------------------------------------------------------------------------------------------

create table oracle.agent_row as
select load, line, upper(oracle.trimmed(fields[1])) as agent_id, fields[2] as updated_at,
    nullif(fields[3], '') as hired_on,
    nullif(regexp_replace(fields[4], '[^0-9]', '', 'g'), '') as phone,
    lower(oracle.trimmed(fields[5])) as team, nullif(fields[6], '') as level,
    nullif(fields[7], '') as grade_code,
    lower(oracle.trimmed(fields[8])) as shop_city, nullif(fields[9], '') as shop_number,
    case
        when cardinality(fields) <> 9 then 'fields'
        when oracle.trimmed(fields[1]) is null then 'required'
        when upper(btrim(fields[1])) !~ '^A[0-9]+$' then 'matches'
        when fields[2] = '' then 'required'
        when not oracle.is_time(fields[2]) then 'timestamp'
        when fields[3] <> '' and not oracle.is_day(fields[3]) then 'date'
        when length(regexp_replace(fields[4], '[^0-9]', '', 'g')) > 9 then 'length'
        when btrim(fields[5]) <> '' and lower(btrim(fields[5])) not in ('north', 'south', 'east', 'west')
            then 'one_of'
        when fields[6] !~ '^\d*$' then 'integer'
        when fields[6] <> '' and fields[6]::int < 1 then 'min'
        when fields[6] <> '' and fields[6]::int > 5 then 'max'
    end as rule
from oracle.line where file = 'agents';

-- What was told of an agent at an instant: the last that was said of it counts.
create table oracle.agent_told as
select distinct on (agent_id, updated_at::timestamptz) agent_id, updated_at::timestamptz,
    hired_on::date, phone, team, level::int, r.grade_code as named,
    g.grade_code, g.valid_from as grade_from,
    case when shop_number is not null then shop_city end as shop_city,
    case when shop_city is not null then shop_number::int end as shop_number
from oracle.agent_row r
left join lateral (
    select grade_code, valid_from from oracle.grade g
    where g.grade_code = r.grade_code
        and (r.updated_at::timestamptz >= g.valid_from and r.updated_at::timestamptz < g.valid_to
            or g.valid_from = (select min(valid_from) from oracle.grade f where f.grade_code = g.grade_code)
                and r.updated_at::timestamptz < g.valid_from)) g on true
where rule is null
order by agent_id, updated_at::timestamptz, load desc, line desc;

create table oracle.agent as
with island as (
    select *, count(*) filter (where is_new) over (partition by agent_id order by updated_at) as version
    from (select *, row_number() over (partition by agent_id order by updated_at) = 1
                or team is distinct from lag(team) over (partition by agent_id order by updated_at)
                or level is distinct from lag(level) over (partition by agent_id order by updated_at)
                or grade_code is distinct from lag(grade_code) over (partition by agent_id order by updated_at)
                or grade_from is distinct from lag(grade_from) over (partition by agent_id order by updated_at)
                as is_new
        from oracle.agent_told) t
), version as (
    select distinct on (agent_id, version) agent_id, version, updated_at as valid_from,
        team, level, grade_code, grade_from
    from island order by agent_id, version, updated_at
), first as (
    select distinct on (agent_id) agent_id, hired_on from oracle.agent_told
    order by agent_id, updated_at
), last as (
    select distinct on (agent_id) agent_id, updated_at, phone, shop_city, shop_number
    from oracle.agent_told order by agent_id, updated_at desc
)
select agent_id, last.updated_at, hired_on, phone, team, level, grade_code, grade_from,
    shop_city, shop_number, valid_from,
    coalesce(lead(valid_from) over (partition by agent_id order by version), 'infinity') as valid_to
from version join first using (agent_id) join last using (agent_id);
create index on oracle.agent (agent_id, valid_from);
analyze oracle.agent;

insert into oracle.shop (city, number, is_inferred)
select distinct shop_city, shop_number::int, true from oracle.agent_row
where rule is null and shop_city is not null and shop_number is not null
    and (shop_city, shop_number::int) not in (select city, number from oracle.shop);

-- Client ------------------------------------------------------------------------------------------

create table oracle.client_row as
select load, line, fields[1] as client_id, fields[2] as seen_at, nullif(fields[3], '') as name,
    nullif(fields[4], '') as segment,
    case
        when cardinality(fields) <> 4 then 'fields'
        when fields[1] = '' then 'required'
        when fields[1] !~ '^\d+$' then 'integer'
        when fields[2] = '' then 'required'
        when not oracle.is_time(fields[2]) then 'timestamp'
    end as rule
from oracle.line where file = 'clients';

create table oracle.client as
with told as (
    select distinct on (client_id::int, seen_at::timestamptz) client_id::int, seen_at::timestamptz,
        name, segment
    from oracle.client_row where rule is null
    order by client_id::int, seen_at::timestamptz, load desc, line desc
)
select distinct on (client_id) client_id, seen_at, name,
    first_value(segment) over (partition by client_id order by seen_at) as segment,
    false as is_inferred
from told order by client_id, seen_at desc;
