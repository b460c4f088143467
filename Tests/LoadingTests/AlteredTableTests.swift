import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

/// Somebody alters a table after a load was created: by hand, or by the SQL that Longshore prints.
///
/// Bytes of one type read as another give 3.5e-323 for 7, and values that are turned into another type
/// lose digits.
@Suite("Tables that are altered after a load was created", .serialized)
struct AlteredTableTests {
    private static let files = Yard.files.merging([
        "sales_2024-02.csv": "id,on,customer,n\ns3,2024-02-05,c3,7\n",
        "rates.csv": "id,n\nr1,3\nr1,5\n",
    ]) { $1 }

    /// A dock with January, and a new load of `periods` of which all tasks before `task` are done.
    private func dock(
        _ definition: Definition,
        periods: String,
        before task: String
    ) async throws -> (Dock, DockedLoad) {
        let dock = try await Dock(Self.files)
        try dock.write("rates.csv", "id,n\nr1,3\n")
        #expect(try await dock.load(definition).failures == [])
        let load = try await dock.create(definition, periods: periods)
        for done in load.tasks.prefix(while: { $0.title != task }) {
            guard case .loaded = await dock.perform(load.task(done.title)) else {
                Issue.record("\(done.title) is not loaded")
                continue
            }
        }
        return (dock, load)
    }

    private func expect(
        _ outcome: TaskOutcome,
        names words: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard case .failed(let failure) = outcome else {
            Issue.record("\(outcome)", sourceLocation: sourceLocation)
            return
        }
        #expect(failure.code == "warehouse.changed_table", sourceLocation: sourceLocation)
        #expect(failure.message.contains(words), "\(failure)", sourceLocation: sourceLocation)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var task = "sale 2024-01"
        var alter: String
        var words: String
        var sale = ""
        var rate = ""
        var testDescription: String { "\(task) \(sale)\(rate): \(alter)" }
    }

    private static let cases = [
        Case(
            alter: "fact_sale alter n type double precision",
            words: "`n` has the type `double precision`, expected `numeric(12,2)`"
        ),
        // Another scale of the same type: no byte is read wrongly, and digits would be lost.
        Case(
            alter: "fact_sale alter n type numeric(12,1)",
            words: "`n` has the type `numeric(12,1)`, expected `numeric(12,2)`"
        ),
        Case(
            alter: "fact_sale alter n type bigint",
            words: "`n` has the type `bigint`",
            sale: "duplicates: keep_last"
        ),
        Case(alter: "fact_sale alter n type bigint", words: "`n` has", sale: "reload: swap"),
        Case(
            alter: "fact_sale alter n type numeric(12,1)",
            words: "`n` has",
            sale: "load: merge"
        ),
        Case(alter: "fact_sale alter n type bigint", words: "`n` has", sale: "load: append"),
        Case(
            task: "sale 2024-02",
            alter: "fact_sale alter n type bigint",
            words: "`yard.fact_sale`"
        ),
        Case(
            task: "sale 2024-02",
            alter: "fact_sale drop n",
            words: "no column `n` (expected `numeric(12,2)`)"
        ),
        Case(
            alter: "fact_sale drop n",
            words: "no column `n` (expected `numeric(12,2)`)"
        ),
        Case(task: "rate", alter: "fact_rate alter n type double precision", words: "`n` has"),
        Case(
            task: "rate",
            alter: "fact_rate alter n type numeric",
            words: "`n` has",
            rate: "duplicates: keep_first"
        ),
        Case(
            task: "rate",
            alter: "fact_rate alter n type numeric",
            words: "`n` has",
            rate: "load: merge"
        ),
        Case(
            task: "customer",
            alter: "dim_customer alter rank type numeric(3,1)",
            words: "`rank` has the type `numeric(3,1)`, expected `bigint`"
        ),
        Case(
            task: "agent",
            alter: "dim_agent_observed alter level type double precision",
            words: "`yard.dim_agent_observed`"
        ),
        Case(
            task: "agent",
            alter: "dim_agent_absent alter _gone_at type date",
            words: "`_gone_at` has the type `date`"
        ),
        Case(task: "day", alter: "dim_day alter year type smallint", words: "`year` has"),
        // The map of keys is made of the column's bytes: others would find nobody.
        Case(
            alter: "dim_customer alter id type varchar(40)",
            words: "`id` has the type `character varying(40)`, expected `text`"
        ),
        // Only those who make placeholders write this one.
        Case(
            task: "sale 2024-02",
            alter: "dim_customer alter load_id type integer",
            words: "`load_id` has the type `integer`, expected `bigint`"
        ),
        Case(
            task: "total 2024-01",
            alter: "mart_total alter n type bigint",
            words: "`n` was `bigint`, is `numeric(12,2)`"
        ),
    ]

    @Test(
        "an attempt that was to write them fails, names column and types, and writes nothing",
        arguments: cases
    )
    func refused(_ test: Case) async throws {
        let definition = try Yard.definition(test.sale, test.rate)
        let periods = test.task.hasSuffix("02") ? "2024-02" : "2024-01"
        let (dock, load) = try await dock(definition, periods: periods, before: test.task)
        var words = test.alter.split(separator: " ", maxSplits: 1)
        let table = "yard.\(words.removeFirst())"
        let action = words.joined()
        try await dock.connection.query("alter table \(raw: table) \(raw: action)")
        let rows = try await dock.rows("select * from \(table) order by 1")
        let revisions = "select sum(revision) from longshore.control"
        let revision = try await dock.row(revisions)
        expect(await dock.perform(load.task(test.task)), names: test.words)
        #expect(try await dock.rows("select * from \(table) order by 1") == rows)
        #expect(try await dock.row(revisions) == revision)
    }

    @Test(
        "a table that is altered while an attempt runs is refused as well",
        arguments: [Step.opened, .copying]
    )
    func meanwhile(_ step: Step) async throws {
        let definition = try Yard.definition()
        let task = "sale 2024-02"
        let (dock, load) = try await dock(definition, periods: "2024-02", before: task)
        let outcome = await dock.perform(
            load.task(task),
            observer: At(step) { [connection = dock.connection] in
                try await connection.query("alter table yard.fact_sale alter n type bigint")
            }
        )
        expect(outcome, names: "`n` has the type `bigint`, expected `numeric(12,2)`")
        #expect(try await dock.row("select count(*) from yard.fact_sale") == "2")
    }

    @Test("an older definition gives a new partition less columns than the table has by now")
    func older() async throws {
        let definition = try Yard.definition()
        let (dock, load) = try await dock(definition, periods: "2024-02", before: "sale 2024-02")
        try await dock.connection.query("alter table yard.fact_sale add tax bigint")
        expect(
            await dock.perform(load.task("sale 2024-02")),
            names: "the column `tax`, which the load does not know"
        )
    }

    @Test("what an attempt has begun to write cannot be altered until it ends")
    func locked() async throws {
        let definition = try Yard.definition()
        let (dock, load) = try await dock(definition, periods: "2024-01", before: "sale 2024-01")
        let seen = Recorded()
        let outcome = await dock.perform(
            load.task("sale 2024-01"),
            observer: At(.copying) { [connection = dock.connection] in
                await seen.keep(
                    await dock.problem {
                        try await connection.script(
                            "set lock_timeout = '100ms'; "
                                + "alter table yard.fact_sale alter n type bigint"
                        )
                    }
                )
            }
        )
        #expect(outcome == .loaded(RowCounts(read: 2, loaded: 2)))
        #expect(await seen.text?.contains("lock timeout") == true)
    }
}

private actor Recorded {
    private(set) var text: String?
    func keep(_ text: String?) { self.text = text }
}
