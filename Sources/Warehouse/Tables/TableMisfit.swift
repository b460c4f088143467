import Pipelines
import Postgres
import Rows

/// What keeps a table from fitting its design without a loss, all of it at once.
struct TableMisfit {
    private let design: TableDesign
    /// The types of the columns that are there.
    private let existing: [String: String]
    /// The length of the periods that partitions are cut by.
    private let periods: PeriodGrain?
    private let connection: PostgresConnection

    init(
        _ design: TableDesign,
        existing: [String: String],
        periods: PeriodGrain?,
        on connection: PostgresConnection
    ) {
        self.design = design
        self.existing = existing
        self.periods = periods
        self.connection = connection
    }

    /// - Returns: `nil` when the table fits, or can be made to fit with all that it holds.
    func find() async throws -> Misfit? {
        let differing = columnProblems
        if let whole = try await wholeProblem() {
            return Misfit(
                table: name,
                problems: differing.map(\.problem) + [whole.problem],
                statements: whole.statements
            )
        }
        guard !differing.isEmpty else { return nil }
        return Misfit(
            table: name,
            problems: differing.map(\.problem),
            statements: differing.flatMap(\.statements)
        )
    }

    private var name: String { "\(design.schema).\(design.name)" }

    // MARK: Columns

    private struct Difference {
        let problem: String
        let statements: [String]
    }

    /// Columns that are gone, and those of another type.
    private var columnProblems: [Difference] {
        let wanted = Set(design.columns.map(\.name))
        let lost = existing.keys.filter { !wanted.contains($0) && !isOfItsShape($0) }.sorted()
            .map { column in
                Difference(
                    problem: "the definition has no column `\(column)` any more",
                    statements: ["\(alter) drop column \(quoteIdentifier(column));"]
                )
            }
        let changed = design.columns.compactMap { column -> Difference? in
            guard let type = existing[column.name], type != column.type else { return nil }
            return Difference(
                problem: "its column `\(column.name)` is `\(type)`, the definition says "
                    + "`\(column.type)`",
                statements: conversion(of: column, from: type)
            )
        }
        return lost + changed
    }

    private var alter: String { "alter table \(design.qualifiedName)" }

    /// The columns of versions and of partitions come and go with the table's shape.
    private func isOfItsShape(_ column: String) -> Bool {
        Dimension.validity.contains { $0.name == column } || column == "period"
    }

    /// Not every value can be read as one of the other type: then only a new load helps.
    private func conversion(of column: TableDesign.Column, from type: String) -> [String] {
        let name = quoteIdentifier(column.name)
        let value = Self.hasCast(from: type, to: column.type) ? name : "\(name)::text"
        let statement =
            "\(alter) alter column \(name) type \(column.type) using \(value)::\(column.type);"
        guard column.type != "text" else { return [statement] }
        return [
            statement,
            "-- or, where a value is none of `\(column.type)`: "
                + "\(alter) drop column \(name); and load it again",
        ]
    }

    /// Whether Postgres converts one into the other by itself; by way of text it reads any.
    private static func hasCast(from type: String, to other: String) -> Bool {
        let numbers = ["bigint", "numeric", "double precision"]
        let times = ["date", "timestamp with time zone"]
        func isOne(_ type: String, of group: [String]) -> Bool {
            group.contains { type.hasPrefix($0) }
        }
        return type == "text" || other == "text"
            || isOne(type, of: numbers) && isOne(other, of: numbers)
            || isOne(type, of: times) && isOne(other, of: times)
    }

    // MARK: The whole table

    /// What only a new table can follow: another shape, other keys, other periods.
    private func wholeProblem() async throws -> Difference? {
        var problems = [versionProblem].compactMap(\.self)
        let isPartitioned = try await isPartitioned()
        if isPartitioned != design.isPartitionedByPeriod {
            problems.append(
                isPartitioned
                    ? "it is cut by period, the definition loads it whole"
                    : "it is loaded whole, the definition cuts it by period"
            )
        }
        problems += try await [keyProblem(), periodProblem()].compactMap(\.self)
        guard !problems.isEmpty else { return nil }
        let loaded = try await LoadedPeriods(design.schema, [design.name], on: connection).summary()
        return Difference(
            problem: problems.joined(separator: "; ")
                + (loaded.isEmpty ? "" : ". It has to be loaded anew: \(loaded)"),
            statements: try await rebuilding(wasPartitioned: isPartitioned)
        )
    }

    private var versionProblem: String? {
        let hasVersions = existing["valid_from"] != nil
        guard hasVersions != design.columns.contains(where: { $0.name == "valid_from" }) else {
            return nil
        }
        return hasVersions
            ? "it has versions, the definition has no `scd: 2`"
            : "it has no versions, the definition has `scd: 2`"
    }

    private func isPartitioned() async throws -> Bool {
        try await
            !connection.query(
                "select from pg_class where oid = to_regclass($1) and relkind = 'p'",
                [.text(design.qualifiedName)]
            )
            .isEmpty
    }

    /// A unique index whose columns differ means that the grain or the business key has changed.
    private func keyProblem() async throws -> String? {
        for index in design.indexes {
            guard let found = try await index.columns(in: design.schema, on: connection),
                Set(found) != Set(index.columns)
            else { continue }
            return "its rows are identified by (\(found.joined(separator: ", "))), "
                + "the definition says (\(index.columns.joined(separator: ", ")))"
        }
        return nil
    }

    /// Periods of another length would overlap the partitions that are there.
    private func periodProblem() async throws -> String? {
        guard design.isPartitionedByPeriod, let grain = periods else { return nil }
        let rows = try await connection.query(
            """
            select pg_get_expr(c.relpartbound, c.oid) as bound
            from pg_inherits join pg_class c on c.oid = inhrelid where inhparent = to_regclass($1)
            order by c.relname
            """,
            [.text(design.qualifiedName)]
        )
        for row in rows {
            // FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')
            let bound = try row.text("bound").split(separator: "'")
            guard bound.count == 5, let start = Day(String(bound[1])) else { continue }
            let period = Period(grain, containing: start)
            guard period.start == start, period.end.description == bound[3] else {
                return "it has a partition from \(bound[1]) to \(bound[3]), "
                    + "which is no \(grain.rawValue)"
            }
        }
        return nil
    }

    /// Drops the table, and has the control table say so: else nothing would be due.
    ///
    /// Periods that are cut otherwise now are nobody's any more; the others wait to be loaded again.
    private func rebuilding(wasPartitioned: Bool) async throws -> [String] {
        let reload = Reload(
            schema: design.schema,
            hasPeriods: periods != nil,
            connection: connection
        )
        let drop = "drop table \(design.qualifiedName);"
        guard wasPartitioned || design.isPartitionedByPeriod else {
            return [drop, try await reload.ofWhole()]
        }
        if wasPartitioned, design.isPartitionedByPeriod, try await periodProblem() == nil {
            let mark = reload.mark([design.name], reason: "\(design.name) was dropped")
            return [drop, mark, reload.ofMarked]
        }
        let forget =
            "delete from longshore.control where schema_name = \(quoteLiteral(design.schema)) "
            + "and table_name = \(quoteLiteral(design.name));"
        return [
            drop, forget,
            design.isPartitionedByPeriod
                ? Reload.prefix + "longshore load FOLDER" : try await reload.ofWhole(),
        ]
    }
}

extension TableDesign.Index {
    /// The columns of the index of its name that is there, in order; `nil` when there is none.
    func columns(
        in schema: String,
        on connection: PostgresConnection
    ) async throws -> [String]? {
        let rows = try await connection.query(
            """
            select array_to_string(array_agg(a.attname order by k.place), ', ') as columns
            from pg_index i
            cross join lateral unnest(i.indkey) with ordinality k(number, place)
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
            where i.indexrelid = to_regclass($1)
            """,
            [.text(qualified(schema, name))]
        )
        return try rows.first?.optionalText("columns")?.split(separator: ", ").map(String.init)
    }
}
