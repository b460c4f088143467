import Foundation
import TestSupport
import Testing

/// A query of MariaDB is checked, profiled, planned and loaded by period; what is no value is a reject.
@Suite("A source in MariaDB")
struct MariaDBLoadTests {
    private static let definition = """
        pipeline: till
        zone: America/Bogota
        period: { grain: day, start: 2024-02-28, end: 2024-02-29 }
        sources:
          shop: { mysql: "mysql://reader:${SHOP_PASSWORD}@127.0.0.1:${SHOP_PORT}/${SHOP_DATABASE}" }
        facts:
          sale:
            from:
              source: shop
              query: "select * from sale where sold_at >= :period_start and sold_at < :period_end"
            period: sold_at
            grain: [sale_id]
            columns:
              sale_id: { type: "decimal(20,0)", from: id, required: true }
              sold_at: { type: timestamp, required: true }
              due_on: { type: date }
              is_paid: { type: boolean }
              amount: { type: "decimal(30,10)" }
              note: { type: text }
            expect: { rejects: { max: 60% } }

        """

    private static let rows = """
        set time_zone = '-05:00';
        create table sale (id bigint unsigned, sold_at timestamp null, due_on date, is_paid tinyint(1),
            amount decimal(30,10), note varchar(20)) character set utf8mb4;
        insert into sale values
            (18446744073709551615, '2024-02-28 23:59:59', '2024-02-29', 1, 12345678901234567890.0123456789, 'ñ😀'),
            (2, '2024-02-29 00:00:00', '0000-00-00', 0, 1, ''), (3, '2024-02-29 12:00:00', null, 0, -0.5, null)
        """

    @Test("a zero date is a reject, and the other rows are loaded")
    func load() async throws {
        let harbour = try await Harbour.open()
        let server = try await MariaDBServer.shared()
        let database = try await server.freshDatabase(Self.rows)
        let folder = harbour.data + "/till"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Self.definition
            .write(toFile: folder + "/pipeline.yaml", atomically: true, encoding: .utf8)
        let program = harbour.program.with([
            "SHOP_PASSWORD": MariaDBServer.encodedPassword, "SHOP_PORT": "\(server.port)",
            "SHOP_DATABASE": database,
        ])
        let runs = [
            try await program.run("check", "till", "--sources"),
            try await program.run("profile", "till:sale"), try await program.run("plan", "till"),
            try await program.run("load", "till", "--workers", "1"),
        ]
        for run in runs { #expect(run.exitCode == 0, "\(run.output)\(run.errors)") }
        let loaded = try await harbour.ask(
            "select sale_id, sold_at at time zone 'UTC', due_on, is_paid, amount, note "
                + "from till.fact_sale order by sold_at"
        )
        #expect(
            loaded == [
                "18446744073709551615|2024-02-29 04:59:59|2024-02-29|t|12345678901234567890.0123456789|ñ😀",
                "3|2024-02-29 17:00:00||f|-0.5000000000|",
            ]
        )
        let rejects = try await program.run("rejects", "list", "till")
        #expect(rejects.output.contains("due_on"), "\(rejects.output)\(rejects.errors)")
        let ledger = try await harbour.ask("select t::text from longshore.task t")
        let said = runs.map { $0.output + $0.errors } + ledger
        #expect(!said.joined().contains("s3cret"))
    }
}
