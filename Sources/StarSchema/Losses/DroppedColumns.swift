import Ledger
import Pipelines
import Planning
import Postgres
import Words

/// Looks for columns that somebody has dropped: rows were loaded with them, and the tables have them no more.
///
/// That a column is only new tells the definition by which the rows were loaded.
struct DroppedColumns {
    let pipeline: Pipeline
    let connection: PostgresConnection

    /// What the control table knows of a table or period that is loaded.
    private struct Loaded {
        let period: String
        let state: PeriodState
        /// The columns of the definition by which it was loaded; `nil` when that is not known.
        let columns: Set<String>?
    }

    /// Adds what is found, besides slices that are lost for another reason.
    func add(to losses: inout Losses) async throws {
        for dimension in pipeline.dimensions
        where !losses.dimensions.contains(where: { $0.dimension == dimension }) {
            for design in dimension.designs(schema: pipeline.schema) {
                let missing = try await missing(from: design)
                guard !missing.isEmpty else { continue }
                let before = try await loaded(dimension.table).first?.columns
                losses.dropped[design.name] =
                    missing.filter {
                        $0.role == .own
                            ? dimension.places(in: design).contains($0.name)
                            : before?.contains($0.name) ?? false
                    }
                    .map(\.name)
            }
        }
        for fact in pipeline.facts { try await add(fact, to: &losses) }
        losses.dropped = losses.dropped.filter { !$0.value.isEmpty }
    }

    private func add(_ fact: Fact, to losses: inout Losses) async throws {
        let missing = try await missing(from: fact.design(schema: pipeline.schema))
            .filter { $0.name != Fact.loadPeriod }
        guard !missing.isEmpty else { return }
        for loaded in try await loaded(fact.table) {
            let dropped =
                missing.filter {
                    $0.role == .own || loaded.columns?.contains($0.name) ?? false
                }
                .map(\.name)
            guard !dropped.isEmpty else { continue }
            losses.dropped[fact.table, default: []] += dropped.filter {
                !losses.dropped[fact.table, default: []].contains($0)
            }
            guard losses.slice(fact.table, loaded.period) == nil else { continue }
            losses.slices.append(
                Losses.Slice(
                    kind: .fact,
                    table: fact.table,
                    period: loaded.period,
                    state: loaded.state,
                    reason: Self.words(dropped),
                    isGone: false,
                    lacksColumns: true
                )
            )
        }
    }

    /// `` `qty`, `amt` are gone from its rows ``.
    static func words(_ columns: [String]) -> String {
        "\(columns.inBackticks()) \(agreeing(columns.count, "is", "are")) gone from its rows"
    }

    /// Those that a table lacks which is there; one without versions has never had their times, or is refused as such.
    private func missing(from design: TableDesign) async throws -> [TableDesign.Column] {
        let existing = try await TableColumns.read(of: design.qualifiedName, on: connection)
        guard !existing.isEmpty else { return [] }
        let hasVersions = existing["valid_from"] != nil
        return design.columns.filter { column in
            existing[column.name] == nil
                && (hasVersions || !Dimension.validity.contains { $0.name == column.name })
        }
    }

    private func loaded(_ table: String) async throws -> [Loaded] {
        let rows = try await connection.query(
            """
            select c.period, c.state, d.parts from longshore.control c
            left join longshore.table_definition d on d.digest = c.table_definition
            where \(pipeline.key(of: table).isOfTable) and c.loaded_by is not null
            order by c.period
            """
        )
        return try rows.map { row in
            Loaded(
                period: try row.text("period"),
                state: try row.word("state"),
                columns: try row.optionalText("parts").flatMap(TableDefinitionStore.read)?
                    .columns
            )
        }
    }
}

extension TableDefinition {
    /// The columns that the table has by it.
    fileprivate var columns: Set<String> {
        Set(
            parts.compactMap { part in
                switch part.kind {
                case .column: part.name
                case .reference: part.name + "_key"
                default: nil
                }
            }
        )
    }
}

extension Dimension {
    /// The columns without which rows of one of its tables have no place any more: those that identify them and say when
    /// they hold.
    func places(in design: TableDesign) -> Set<String> {
        switch design.name {
        case table:
            Set([surrogateKey] + key + (isVersioned ? Self.validity.map(\.name) : []))
        case observationTable: Set(key + [Self.observedAt])
        default: Set(design.columns.map(\.name))
        }
    }
}
