import Testing

@Suite("Sources and what is read")
struct SourceMistakeTests {
    @Test(
        "each mistake is told at its line and column",
        arguments: [
            Mistake(
                "a password in a URL is told and not shown",
                replacing: #""${CRM_URL}""#,
                with: #""postgres://reader:hunter2@crm/db""#,
                [
                    "5:20: error: a password is written into the URL [secret.literal]"
                ]
            ),
            Mistake(
                "a password in a fallback is told and not shown",
                replacing: #""${CRM_URL}""#,
                with: #""${CRM_URL:-postgres://reader:hunter2@crm/db}""#,
                [
                    "5:20: error: a password is written into the URL [secret.literal]"
                ]
            ),
            Mistake(
                "a password as a fallback is told and not shown",
                replacing: #""${CRM_URL}""#,
                with: #""postgres://reader:${CRM_PASSWORD:-hunter2}@crm/db""#,
                [
                    "5:20: error: a password is written into the URL [secret.literal]"
                ]
            ),
            Mistake(
                "a password among the parameters is told and not shown",
                replacing: #""${CRM_URL}""#,
                with: #""postgres://crm/db?password=hunter2""#,
                [
                    "5:20: error: a password is written into the URL [secret.literal]"
                ]
            ),
            Mistake(
                "a variable of Longshore's own is told",
                replacing: #""${CRM_URL}""#,
                with: #""${LONGSHORE_POSTGRES_URL}""#,
                [
                    "5:20: error: the variable `LONGSHORE_POSTGRES_URL` is Longshore's own, and no "
                        + "source may name it [name.reserved]"
                ]
            ),
            Mistake(
                "a variable of Longshore's own is told within a folder, with a fallback too",
                replacing: "files: data",
                with: #"files: "data/${LONGSHORE_FLEET:-x}""#,
                [
                    "4:19: error: the variable `LONGSHORE_FLEET` is Longshore's own, and no source may "
                        + "name it [name.reserved]"
                ]
            ),
            Mistake(
                "hard links of a database are told",
                replacing: #"postgres: "${CRM_URL}" }"#,
                with: #"postgres: "${CRM_URL}", hard_links: true }"#,
                [
                    "5:34: error: `hard_links` stands beside `postgres` [key.conflict]"
                ]
            ),
            Mistake(
                "what tells of changes beside files is told",
                replacing: #"csv: "sales_{period}.csv""#,
                with: #"csv: "sales_{period}.csv", unchanged_by: select 1"#,
                ["26:55: error: `unchanged_by` stands beside `csv` [key.conflict]"]
            ),
            Mistake(
                "what tells of changes of a fact's rows is told",
                replacing: #"{ source: drops, csv: "sales_{period}.csv" }"#,
                with: #"{ source: crm, query: "select :period_start", unchanged_by: select 1 }"#,
                [
                    "26:71: error: `unchanged_by` stands where rows are read for a purpose of their own each time "
                        + "[key.conflict]"
                ]
            ),
            Mistake(
                "a secret of an object store is told and not shown",
                replacing: #"postgres: "${CRM_URL}""#,
                with: #"s3: "s3://crm", credentials: { key: K, secret: hunter2 }"#,
                [
                    "5:57: error: a secret is written into `secret` [secret.literal]",
                    "8:26: error: `crm` is a bucket of objects and has no `query` [source.kind]",
                ]
            ),
            Mistake(
                "a secret in a fallback is told, and variables of Longshore's own",
                replacing: #"postgres: "${CRM_URL}""#,
                with:
                    #"s3: "s3://crm", credentials: { key: "${LONGSHORE_K}", secret: "${S:-hunter2}" }"#,
                [
                    "5:46: error: the variable `LONGSHORE_K` is Longshore's own, and no source may "
                        + "name it [name.reserved]",
                    "5:72: error: a secret is written into `secret` [secret.literal]",
                    "8:26: error: `crm` is a bucket of objects and has no `query` [source.kind]",
                ]
            ),
            Mistake(
                "places of objects that are none are told and not shown",
                replacing: "files: data",
                with: #"s3: "https://k:hunter2@h/x", endpoint: "http://k:hunter2@h/""#,
                [
                    "4:16: error: the URL of an object store is not understood [value.malformed]",
                    "4:51: error: the URL of an object store is not understood [value.malformed]",
                ]
            ),
            Mistake(
                "keys of another kind of source are told",
                replacing: "files: data",
                with: "files: data, region: eu-west-1, private: true",
                [
                    "4:25: error: `region` stands beside `files` [key.conflict]",
                    "4:44: error: `private` stands beside `files` [key.conflict]",
                ]
            ),
            Mistake(
                "a URL of something else is told",
                replacing: #""${CRM_URL}""#,
                with: #""mysql://crm/db""#,
                [
                    "5:20: error: the URL of a Postgres database is not understood [value.malformed]"
                ]
            ),
            Mistake(
                "a query of a folder is told",
                replacing: "{ source: crm, query",
                with: "{ source: drops, query",
                [
                    "8:28: error: `drops` is a folder of files and has no `query` [source.kind]"
                ]
            ),
            Mistake(
                "files of a database are told",
                replacing: "{ source: drops, csv: customers.csv }",
                with: "{ source: crm, csv: customers.csv }",
                [
                    "14:26: error: `crm` is a Postgres database and has no `csv` [source.kind]"
                ]
            ),
            Mistake(
                "a delimiter of two characters is told",
                replacing: "csv: customers.csv }",
                with: #"csv: customers.csv, delimiter: "::" }"#,
                [
                    "14:59: error: `delimiter` cannot be `::` [value.malformed]"
                ]
            ),
            Mistake(
                "a delimiter beside a query is told",
                replacing: #"cities" }"#,
                with: #"cities", delimiter: ";" }"#,
                [
                    "8:66: error: `delimiter` stands beside `query` [key.conflict]"
                ]
            ),
            Mistake(
                "an encoding of JSON is told",
                replacing: "csv: customers.csv }",
                with: "jsonl: customers.jsonl, encoding: utf-16 }",
                [
                    "14:52: error: `encoding` stands beside `jsonl` [key.conflict]"
                ]
            ),
            Mistake(
                "a path to the rows of lines is told",
                replacing: "csv: customers.csv }",
                with: "jsonl: customers.jsonl, rows: data }",
                [
                    "14:52: error: `rows` stands beside `jsonl` [key.conflict]"
                ]
            ),
            Mistake(
                "what is done to objects is told beside CSV",
                replacing: "csv: customers.csv }",
                with: "csv: customers.csv, expand: items, fields: { a: b } }",
                [
                    "14:48: error: `expand` stands beside `csv` [key.conflict]",
                    "14:63: error: `fields` stands beside `csv` [key.conflict]",
                ]
            ),
            Mistake(
                "a field of a file that tells what an API was asked about is told",
                replacing: "csv: customers.csv }",
                with: #"jsonl: customers.jsonl, fields: { a: "{shop.id}" } }"#,
                [
                    "14:65: error: the field `a` cannot be `{shop.id}`: it tells what an API was asked about [value.malformed]"
                ]
            ),
            Mistake(
                "so is one that tells a period",
                replacing: "csv: customers.csv }",
                with: #"json: customers.json, fields: { a: "{period}" } }"#,
                [
                    "14:63: error: the field `a` cannot be `{period}`: it tells what an API was asked about [value.malformed]"
                ]
            ),
            Mistake(
                "a field of a file that is no rule is told, and one that is called like what is expanded",
                replacing: "csv: customers.csv }",
                with: #"jsonl: customers.jsonl, expand: a.b, fields: { n: "max(a.b)", a: c } }"#,
                [
                    "14:78: error: the field `n` cannot be `max(a.b)` [value.malformed]",
                    "14:90: error: the field `a` is called like what is expanded [key.conflict]",
                ]
            ),
            Mistake(
                "JSON of a database is told",
                replacing: "{ source: drops, csv: customers.csv }",
                with: "{ source: crm, json: customers.json }",
                [
                    "14:26: error: `crm` is a Postgres database and has no `json` [source.kind]"
                ]
            ),
            Mistake(
                "a path of JSON that leaves the folder is told",
                replacing: "csv: customers.csv",
                with: "json: ../customers.json",
                [
                    "14:34: error: `json` cannot be `../customers.json`: it leaves its folder [value.malformed]"
                ]
            ),
            Mistake(
                "an unknown encoding is told",
                replacing: "csv: customers.csv }",
                with: "csv: customers.csv, encoding: latin1 }",
                [
                    "14:58: error: `encoding` cannot be `latin1`; did you mean `latin-1`? [value.malformed]"
                ]
            ),
            Mistake(
                "an encoding by another name is told with its own",
                replacing: "csv: customers.csv }",
                with: "csv: customers.csv, encoding: ISO-8859-1 }",
                [
                    "14:58: error: `encoding` cannot be `ISO-8859-1`; did you mean `latin-1`? "
                        + "[value.malformed]"
                ]
            ),
            Mistake(
                "a code page is told with its name",
                replacing: "csv: customers.csv }",
                with: "csv: customers.csv, encoding: cp1252 }",
                [
                    "14:58: error: `encoding` cannot be `cp1252`; did you mean `windows-1252`? "
                        + "[value.malformed]"
                ]
            ),
            Mistake(
                "a path that leaves the folder is told",
                replacing: "csv: customers.csv",
                with: "csv: ../customers.csv",
                [
                    "14:33: error: `csv` cannot be `../customers.csv`: it leaves its folder [value.malformed]"
                ]
            ),
            Mistake(
                "an absolute path is told",
                replacing: "csv: customers.csv",
                with: "csv: /etc/passwd",
                [
                    "14:33: error: `csv` cannot be `/etc/passwd`: it is not relative [value.malformed]"
                ]
            ),
            Mistake(
                "an unknown part of a file name is told",
                replacing: "sales_{period}",
                with: "sales_{perod}",
                [
                    "26:33: error: `{perod}` in `csv` stands for nothing; did you mean `{period}`? [value.malformed]"
                ]
            ),
            Mistake(
                "an unknown placeholder in a query is told",
                replacing: #"from cities""#,
                with: #"from cities where d > :period_stat""#,
                [
                    "8:33: error: `:period_stat` stands for nothing; did you mean `:period_start`? [sql.placeholder]"
                ]
            ),
            Mistake(
                "a period in the query of a dimension is told",
                replacing: #"from cities""#,
                with: #"from cities where d > :period_start""#,
                [
                    "8:33: error: the SQL has `:period_start`, but the table is not loaded by period [period.missing]"
                ]
            ),
            Mistake(
                "a query that is none is told",
                replacing: "select code, name from cities",
                with: "delete from cities",
                [
                    "8:33: error: the SQL begins with `delete` [sql.statement]"
                ]
            ),
            Mistake(
                "two queries are told",
                replacing: "select code, name from cities",
                with: "select 1; drop table cities",
                [
                    "8:33: error: the SQL goes on after `;` [sql.statement]"
                ]
            ),
            Mistake(
                "an unclosed quote in a query is told",
                replacing: "select code, name from cities",
                with: "select 'code from cities",
                [
                    "8:33: error: a quote `'` is not closed [sql.statement]"
                ]
            ),
            Mistake(
                "a variable of the environment outside of sources is told",
                replacing: "csv: customers.csv",
                with: #"csv: "${NAME}.csv""#,
                [
                    "14:33: error: the pipeline has no parameter `NAME` [parameter.unknown]"
                ]
            ),
            Mistake(
                "a source that nothing reads is a warning",
                replacing: #"{ source: crm, query: "select code, name from cities" }"#,
                with: "{ source: drops, csv: cities.csv }",
                [
                    "5:3: warning: the source `crm` is never used [name.unused]"
                ]
            ),
        ]
    )
    func mistakes(mistake: Mistake) {
        #expect(mistake.problems == mistake.expected)
    }
}
