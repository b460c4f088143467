{% snapshot member_snapshot %}
{{ config(target_schema='by_dbt', unique_key='member_id', strategy='timestamp', updated_at='updated_at') }}
select member_id, name, segment, balance, updated_at from bench_crm.member
{% endsnapshot %}
