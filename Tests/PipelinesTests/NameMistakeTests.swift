import Testing

@Suite("Names")
struct NameMistakeTests {
    @Test(
        "each mistake is told at its line and column",
        arguments: [
            Mistake(
                "a name outside the grammar is told, with one that fits",
                replacing: "  customer:\n    from",
                with: "  Customer-Base:\n    from",
                [
                    "13:3: error: `Customer-Base` cannot be the name of a dimension; did you mean `customer_base`? [name.malformed]",
                    "33:31: error: there is no dimension `customer` [name.unknown]",
                ]
            ),
            Mistake(
                "a name that is too long is told",
                replacing: "pipeline: shop",
                with: "pipeline: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                [
                    "1:11: error: `pipeline` cannot be `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa` [name.malformed]"
                ]
            ),
            Mistake(
                "a column of a reserved name is told",
                replacing: "amount: {",
                with: "load_id: {",
                [
                    "34:7: error: the column `load_id` cannot be: it holds the load that wrote a row [name.reserved]"
                ]
            ),
            Mistake(
                "a column named as a system column of Postgres is told",
                replacing: "amount: {",
                with: "ctid: {",
                [
                    "34:7: error: the column `ctid` cannot be: it is a system column of Postgres [name.reserved]"
                ]
            ),
            Mistake(
                "a column named as the surrogate key is told",
                replacing: "      name: {",
                with: "      city_key: {",
                [
                    "12:7: error: the table has `city_key` already: its surrogate key [name.taken]"
                ]
            ),
            Mistake(
                "a reference that makes the column of a value is told",
                replacing: "amount: {",
                with: "day_key: {",
                [
                    "34:7: error: the table has `day_key` already: the column `day` [name.taken]"
                ]
            ),
            Mistake(
                "two tables of one name are told",
                replacing: "  sales: {",
                with: "  sale: {",
                [
                    "37:3: error: the name `sale` is taken: there is a fact of that name [name.taken]"
                ]
            ),
            Mistake(
                "a dimension named as another one's history is told",
                replacing: "  date:\n",
                with: "  city_observed:\n",
                [
                    "22:3: error: the dimension `city_observed` cannot be: a dimension's history is kept "
                        + "in a table of that name [name.reserved]",
                    "32:26: error: there is no dimension `date` [name.unknown]",
                ]
            ),
            Mistake(
                "a reserved schema is told",
                replacing: "pipeline: shop",
                with: "pipeline: shop\nwarehouse: { schema: pg_shop }",
                [
                    "2:22: error: the schema `pg_shop` cannot be: it is Postgres' own [name.reserved]"
                ]
            ),
            Mistake(
                "the ledger's schema is told",
                replacing: "pipeline: shop",
                with: "pipeline: longshore",
                [
                    "1:11: error: the schema `longshore` cannot be: it holds Longshore's ledger [name.reserved]"
                ]
            ),
            Mistake(
                "the schema of what guards the ledger is told",
                replacing: "pipeline: shop",
                with: "pipeline: longshore_guard",
                [
                    "1:11: error: the schema `longshore_guard` cannot be: it is Longshore's own [name.reserved]"
                ]
            ),
            Mistake(
                "an unknown source is told with the nearest one",
                replacing: "source: drops, csv: customers",
                with: "source: drop, csv: customers",
                [
                    "14:21: error: there is no source `drop`; did you mean `drops`? [name.unknown]"
                ]
            ),
            Mistake(
                "an unknown dimension is told with the nearest one",
                replacing: "references: city",
                with: "references: citi",
                [
                    "21:27: error: there is no dimension `citi`; did you mean `city`? [name.unknown]"
                ]
            ),
            Mistake(
                "an unknown key column is told",
                replacing: "key: code",
                with: "key: cod",
                [
                    "9:10: error: the dimension has no column `cod`; did you mean `code`? [name.unknown]"
                ]
            ),
            Mistake(
                "an unknown effective column is told",
                replacing: "effective: updated_at",
                with: "effective: update_at",
                [
                    "16:16: error: the dimension has no column `update_at`; did you mean `updated_at`? [name.unknown]"
                ]
            ),
            Mistake(
                "an unknown period column is told",
                replacing: "period: sold_at",
                with: "period: solded",
                [
                    "27:13: error: the fact has no column `solded` [name.unknown]"
                ]
            ),
            Mistake(
                "an unknown grain column is told",
                replacing: "[sale_id]",
                with: "[sale_id, custmer]",
                [
                    "28:22: error: the fact has no column `custmer`; did you mean `customer`? [name.unknown]"
                ]
            ),
            Mistake(
                "a column twice in the grain is told",
                replacing: "[sale_id]",
                with: "[sale_id, sale_id]",
                [
                    "28:22: error: `sale_id` stands twice in `grain` [name.taken]"
                ]
            ),
            Mistake(
                "a column twice in the key is told",
                replacing: "[country, number]\n    eff",
                with: "[country, country]\n    eff",
                [
                    "15:20: error: `country` stands twice in `key` [name.taken]"
                ]
            ),
            Mistake(
                "a pipeline without tables is told",
                whole: "pipeline: shop\n",
                [
                    "1:1: error: the pipeline has no tables [key.missing]"
                ]
            ),
        ]
    )
    func mistakes(mistake: Mistake) {
        #expect(mistake.problems == mistake.expected)
    }
}

@Suite("Names of what stands beside a table")
struct RelationNameTests {
    @Test(
        "cannot be those of another table",
        arguments: [
            ("  date:\n", "  city_key:\n", "dimension `city_key`", "an index of `city`"),
            (
                "  date:\n", "  city_city_key_seq:\n", "dimension `city_city_key_seq`",
                "a sequence of `city`"
            ),
            (
                "marts:\n",
                "  sale_2024_01: { from: { source: drops, csv: x.csv }, grain: a, "
                    + "columns: { a: { type: text } } }\nmarts:\n",
                "fact `sale_2024_01`", "a partition of `sale`"
            ),
        ]
    )
    func clash(old: String, new: String, what: String, clash: String) {
        let bundle = Shop.bundle(replacing: old, with: new)
        let told = "the \(what) cannot be: its table would be called like \(clash)"
        #expect(problems(bundle).contains { $0.contains(told) }, "\(problems(bundle))")
    }

    @Test("are free where no table has them")
    func free() {
        let bundle = Shop.bundle(
            replacing: "marts:\n",
            with: "  sales_2024: { from: { source: drops, csv: x.csv }, grain: a, "
                + "columns: { a: { type: text } } }\nmarts:\n"
        )
        #expect(problems(bundle).isEmpty)
    }
}
