"""`make bench`: Longshore beside bare COPY, SQL by hand and other loaders, on the same rows and the same Postgres."""
