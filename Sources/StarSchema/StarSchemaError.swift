import Ledger
import Pipelines
public import Planning
import Postgres
import Words

/// What cannot be made of a star schema, and why.
public struct StarSchemaError: WarehouseRefusal {
    /// What kind of problem it is: the last part of the failure's code.
    public let code: Code
    /// What happened, to what, what was expected and what to do.
    public let description: String

    /// The kinds of problem.
    public enum Code: String, Sendable, Hashable {
        /// Code of others would run with this login's rights.
        case foreignCode = "foreign_code"
        /// A table does not fit the definition, and making it fit would destroy data.
        case destructiveChange = "destructive_change"
        /// A row is too long for Postgres, or a table has too many columns.
        case beyondLimits = "beyond_limits"
        /// The query of a mart, an export or `each` is wrong.
        case badQuery = "bad_query"
        /// The SQL of a mart or an export wants more than to read the tables of its schema.
        case martRights = "mart_rights"
        /// Versions of a dimension overlap.
        case overlap
        /// A rehearsal would have to alter a table that readers use.
        case altersTable = "alters_table"
        /// What a plan rests on is not what it was.
        case planMoved = "plan_moved"
        /// A test of a mart finds rows.
        case martTest = "mart_test"
        /// Something stands in the place of a table that Longshore has not made.
        case unknownTable = "unknown_table"
        /// A rule or trigger leaves rows out that were written.
        case leftOut = "left_out"
    }

    static func badQuery(of what: String, _ problem: String) -> StarSchemaError {
        StarSchemaError(
            code: .badQuery,
            description: "Postgres refuses the query of the \(what): \(problem). "
                + "Mend its SQL file; nothing has been loaded"
        )
    }

    static func badEach(of source: String, _ problem: String) -> StarSchemaError {
        StarSchemaError(
            code: .badQuery,
            description:
                "Postgres refuses the query of `each`, whose rows the source `\(source)` is asked about: "
                + "\(problem). It reads the tables of the pipeline's schema and nothing else; nothing has been "
                + "loaded"
        )
    }

    static func largeEach(of source: String, limit: Int) -> StarSchemaError {
        StarSchemaError(
            code: .badQuery,
            description:
                "the query of `each`, whose rows the source `\(source)` is asked about, gives more than "
                + "\(limit >> 20) MiB: let it give fewer rows, and only the columns that the calls name; nothing "
                + "has been loaded"
        )
    }

    static func martRights(
        of name: String,
        _ kind: String,
        _ role: MartRole,
        _ problem: String
    ) -> StarSchemaError {
        StarSchemaError(
            code: .martRights,
            description:
                "Postgres refuses the SQL of the \(kind) `\(name)`: \(problem). It runs as "
                + "the role `\(role.name)`, which may read the tables of the schema "
                + "`\(role.schema)` and nothing else; the \(kind) is as it was. Where it shall read a "
                + "table elsewhere, have its owner run `grant usage on schema … to \(role.name)` "
                + "and `grant select on … to \(role.name)`"
        )
    }

    static func brokenVersions(
        _ table: String,
        _ problem: String,
        query: SQL
    ) -> StarSchemaError {
        StarSchemaError(
            code: .overlap,
            description: "the versions of `\(table)` \(problem), and cannot be guarded by a "
                + "constraint: somebody has changed the table. This shows them:\n    \(query.written)\n"
                + "Mend or delete them, then load again"
        )
    }

    /// Relations, each with its schema, that have the names of partitions.
    package static func occupied(_ names: [String], of table: String) -> StarSchemaError {
        let list = names.inBackticks()
        return StarSchemaError(
            code: .unknownTable,
            description: "\(list) \(agreeing(names.count, "stands", "stand")) where a load makes "
                + "\(agreeing(names.count, "a partition", "partitions")) of `\(table)`, and "
                + "\(agreeing(names.count, "is none of its period", "are none of their periods")): nothing was changed. "
                + "Rename or move what is there"
        )
    }

    static func failedTests(ofMart table: String, _ failures: [String]) -> StarSchemaError {
        StarSchemaError(
            code: .martTest,
            description: "`\(table)` is as it was, for " + failures.joined(separator: "\n")
        )
    }

    static func badTest(_ test: String, ofMart name: String, _ problem: String) -> StarSchemaError {
        StarSchemaError(
            code: .badQuery,
            description: "Postgres refuses the test `\(test)` of the mart `\(name)`: \(problem). "
                + "Mend the test; nothing has been loaded"
        )
    }
}
