-- One load's files as they are: every line as text, with the load, the file and its number.
-- Variables: load (1, 2, …), data (the folder).
\set ON_ERROR_STOP on
set client_min_messages = warning;
create schema if not exists oracle;
create table if not exists oracle.line (load int, file text, line bigint, fields text[]);

\cd :data
create temp table incoming (text text);
-- grep gives `agents.csv:17:…`; no line holds the two characters that would quote or end a field.
\copy incoming from program 'grep -n "" *.csv' with (format csv, delimiter E'\x01', quote E'\x02')

insert into oracle.line
select :load, split_part(text, '.csv:', 1), split_part(split_part(text, '.csv:', 2), ':', 1)::bigint,
    string_to_array(regexp_replace(text, '^[^:]*:[0-9]+:', ''), ',')
from incoming;
delete from oracle.line where line = 1;
