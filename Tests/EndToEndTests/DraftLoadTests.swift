import Foundation
import TestSupport
import Testing

/// What `init --from` drafts loads every row of its files.
@Suite("A drafted pipeline")
struct DraftLoadTests {
    /// Writes files, drafts a pipeline from them and loads it; gives the definition.
    private func load(
        _ files: [(name: String, text: String)],
        in harbour: Harbour,
        encoding: String.Encoding = .utf8
    ) async throws -> String {
        var arguments = ["init", "drafted"]
        for (name, text) in files {
            let bytes = try #require(text.data(using: encoding))
            try bytes.write(to: URL(filePath: harbour.data + "/" + name))
            arguments += ["--from", name]
        }
        let made = try await harbour.program.start(arguments).finish()
        #expect(made.exitCode == 0, "\(made.errors)")
        let yaml = try String(
            contentsOfFile: harbour.data + "/drafted/pipeline.yaml",
            encoding: .utf8
        )
        let loaded = try await harbour.program.run("load", "drafted", "--workers", "1")
        #expect(loaded.exitCode == 0, "\(loaded.output)\(loaded.errors)\n\(yaml)")
        #expect(
            try await harbour.ask("select coalesce(sum(rows_rejected), 0) from longshore.task")
                == ["0"],
            "\(yaml)"
        )
        return yaml
    }

    /// The rows of a table of the pipeline.
    private func count(_ table: String, in harbour: Harbour) async throws -> String {
        let key = table.hasPrefix("dim_") ? " where \(table.dropFirst(4))_key > 0" : ""
        return try await harbour.ask("select count(*) from drafted.\(table)\(key)").joined()
    }

    @Test("keeps every digit of numbers with exponents, and reads numbers in groups")
    func digits() async throws {
        let harbour = try await Harbour.open()
        let text =
            "id;part;whole;power\n1;0.1234567890123456789;12.345.678;1,5e3\n2;1e-3;1.000;-2,25e-1\n"
        _ = try await load([("n.csv", text)], in: harbour)
        #expect(
            try await harbour.ask(
                "select concat_ws(' ', id, trim_scale(part), whole, trim_scale(power)) "
                    + "from drafted.fact_n order by id"
            ) == ["1 0.1234567890123456789 12345678 1500", "2 0.001 1000 -0.225"]
        )
    }

    @Test("keeps words that may mean nothing, codes, and days of two notations")
    func words() async throws {
        let harbour = try await Harbour.open()
        let rows = [
            "1,NA,EU,007,1E5,NO,2024-01-05,n/a", "2,DE,EU,010,2E3,NO,05/01/2024,5",
            "3,NA,AF,100,3E1,ON,2024-02-05,6", "4,ZA,AF,000,1E1,ON,06/01/2024,-",
        ]
        let text =
            "id,country,region,zip,lot,state,day,count\n" + rows.joined(separator: "\n") + "\n"
        let yaml = try await load([("c.csv", text)], in: harbour)
        #expect(!yaml.contains("clean: [{ null_if"))
        #expect(yaml.contains("`NA` stands 2 times, perhaps for nothing"))
        #expect(
            try await harbour.ask(
                "select concat_ws(',', id, country, region, zip, lot, state, day, count) "
                    + "from drafted.fact_c order by id"
            ) == rows
        )
    }

    @Test("of TPC-H's tables is a star with their keys, whatever is before their names")
    func tpch() async throws {
        let harbour = try await Harbour.open()
        func table(_ header: String, _ rows: Int, _ row: (Int) -> String) -> String {
            ([header] + (1...rows).map(row)).joined(separator: "\n") + "\n"
        }
        let yaml = try await load(
            [
                ("nation.csv", table("n_nationkey,n_name", 25) { "\($0 - 1),NATION \($0)" }),
                (
                    "supplier.csv",
                    table("s_suppkey,s_name,s_nationkey,s_acctbal", 40) {
                        "\($0),Supplier#\($0),\($0 % 25),\($0 * 7).50"
                    }
                ),
                (
                    "part.csv",
                    table("p_partkey,p_name,p_size", 60) { "\($0),green part \($0),\($0 % 50)" }
                ),
                (
                    "lineitem.csv",
                    table(
                        "l_orderkey,l_partkey,l_suppkey,l_linenumber,l_quantity,l_shipdate,l_comment",
                        200
                    ) {
                        "\(($0 - 1) / 4 + 1),\($0 % 60 + 1),\($0 % 40 + 1),\(($0 - 1) % 4 + 1),\($0 % 50),"
                            + "199\($0 % 7)-03-0\($0 % 9 + 1),carefully \($0)"
                    }
                ),
            ],
            in: harbour
        )
        #expect(yaml.contains("grain: [l_orderkey, l_linenumber]"), "\(yaml)")
        #expect(yaml.contains("references: part, from: l_partkey"), "\(yaml)")
        #expect(try await count("fact_lineitem", in: harbour) == "200")
        #expect(try await count("dim_part", in: harbour) == "60")
        #expect(try await count("dim_supplier", in: harbour) == "40")
        #expect(
            try await harbour.ask(
                "select count(*) from drafted.fact_lineitem where part_key > 0 and supplier_key > 0"
            ) == ["200"]
        )
        #expect(
            try await harbour.ask("select count(*) from drafted.dim_supplier where nation_key > 0")
                == ["40"]
        )
    }

    @Test("of German files reads their numbers, their encoding, and a key by another name")
    func german() async throws {
        let harbour = try await Harbour.open()
        let customers = (1...30).map { "\(10_000 + $0);Müller & Söhne \($0);Köln" }
        let orders = (1...60)
            .map { number in
                let customer = number == 7 ? "" : number == 8 ? "99999" : "\(10_001 + number % 30)"
                return "B-\(number);\(customer);\(number % 28 + 1).03.2024;\(number).234,50 €"
                    .replacing(" €", with: "")
            }
        let yaml = try await load(
            [
                (
                    "kunden.csv",
                    (["Kunden-Nr;Name;Ort"] + customers).joined(separator: "\r\n") + "\r\n"
                ),
                (
                    "bestellungen.csv",
                    (["Bestell-Nr;cust;Datum;Betrag"] + orders).joined(separator: "\r\n") + "\r\n"
                ),
            ],
            in: harbour,
            encoding: .windowsCP1252
        )
        #expect(yaml.contains("encoding: windows-1252"), "\(yaml)")
        #expect(yaml.contains("references: kunden, from: cust, missing: infer"), "\(yaml)")
        let totals = try await harbour.ask(
            "select count(*) as rows, sum(betrag), count(*) filter (where kunden_key > 0) as known "
                + "from drafted.fact_bestellungen"
        )
        #expect(totals == ["60|1844070.00|59"])
        #expect(
            try await harbour.ask(
                "select distinct ort from drafted.dim_kunden where ort is not null"
            )
                == ["Köln"]
        )
    }

    @Test("reads months by their own headers, and cuts them by their names")
    func months() async throws {
        let harbour = try await Harbour.open()
        let yaml = try await load(
            [
                ("sales_2024-01.csv", "id,day,amount\n1,2024-01-05,5\n2,2024-01-31,6\n"),
                (
                    "sales_2024-02.csv",
                    "day,amount,id,note\n2024-02-01,7.25,3,x\n2024-02-02,8,4,y\n"
                ),
            ],
            in: harbour
        )
        #expect(yaml.contains("start: 2024-01, end: 2024-02"), "\(yaml)")
        #expect(yaml.contains("csv: \"sales_{period}.csv\""), "\(yaml)")
        #expect(yaml.contains("# only some of the files have `note`"), "\(yaml)")
        #expect(
            try await harbour.ask("select id, amount from drafted.fact_sales order by id")
                == ["1|5.00", "2|6.00", "3|7.25", "4|8.00"]
        )
    }

    @Test("loads whole what its name does not cut, and rows that nothing tells apart")
    func withoutKeys() async throws {
        let harbour = try await Harbour.open()
        let yaml = try await load(
            [
                (
                    "visits_202401.csv",
                    "day,place,note\n2024-01-05,a,came late and left\n2024-02-05,a,sat near the door\n"
                        + "2024-01-05,,had no shoes on\n2024-01-05,a,asked for the way\n"
                )
            ],
            in: harbour
        )
        #expect(yaml.contains("No column and no few columns identify a row"), "\(yaml)")
        #expect(
            yaml.contains("`202401` in the file's name is not the period of every `day`"),
            "\(yaml)"
        )
        #expect(try await harbour.ask("select count(*) from drafted.fact_visits") == ["4"])
    }
}
