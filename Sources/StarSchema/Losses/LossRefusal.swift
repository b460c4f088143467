import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import Words

/// ``Losses`` that no load can make good by itself, each with the SQL that leads out.
struct LossRefusal {
    let losses: Losses
    let pipeline: Pipeline
    let connection: PostgresConnection

    /// What has to be decided by a person before anything is loaded.
    func misfits() async throws -> [Misfit] {
        var misfits = try await droppedColumns()
        for lost in losses.dimensions where lost.dimension.losesKeys {
            misfits += try await keyHolders(of: lost)
            for fact in pipeline.facts where fact.losesKeys(to: lost) && fact.loading != .replace {
                misfits += try await keptRows(
                    of: fact,
                    "hold keys of members of `\(lost.dimension.table)`, which are gone"
                )
            }
        }
        for deletion in losses.deletions where deletion.fact.loading != .replace {
            misfits += try await keptRows(
                of: deletion.fact,
                "refer to members of `\(deletion.dimension.table)` that are gone"
            )
        }
        for dimension in pipeline.dimensions
        where dimension.keepsObservations && !losses.lacksPlaces(dimension) {
            misfits += try await history(of: dimension)
        }
        return misfits + losses.thinned.map(deletedObservations)
    }

    // MARK: Columns

    /// Columns that somebody has dropped and that no load can fill: those that tell rows of a dimension apart, and those of
    /// rows that stay.
    private func droppedColumns() async throws -> [Misfit] {
        var misfits: [Misfit] = []
        for dimension in pipeline.dimensions {
            for (table, columns) in losses.droppedPlaces(of: dimension, schema: pipeline.schema) {
                misfits.append(
                    Misfit(
                        table: name(table),
                        opening: Self.opening,
                        problems: [
                            "\(DroppedColumns.words(columns)), which nothing tells apart without "
                                + "\(agreeing(columns.count, "it", "them")). Restore it from a backup where there is "
                                + "one; else it has to be made anew, and what that takes the next load says"
                        ],
                        statements: [
                            "drop table \(quoted(table).written);",
                            Reload.prefix + "longshore load FOLDER",
                        ]
                    )
                )
            }
        }
        for fact in pipeline.facts where fact.loading != .replace {
            let dropped = (losses.dropped[fact.table] ?? [])
                .filter { fact.loading == .append || fact.grainColumns.contains($0) }
            guard !dropped.isEmpty else { continue }
            misfits += try await keptRows(
                of: fact,
                "have no \(dropped.inBackticks()) any more",
                restoring: "table"
            )
        }
        return misfits
    }

    private static let opening = "is not what was loaded"

    private var reload: Reload {
        Reload(
            schema: pipeline.schema,
            hasPeriods: pipeline.periods != nil,
            connection: connection
        )
    }

    private func name(_ table: String) -> String { "\(pipeline.schema).\(table)" }
    private func quoted(_ table: String) -> SQL { "\(id: pipeline.schema, table)" }

    private func hasRows(_ table: String, where condition: SQL = "true") async throws -> Bool {
        guard try await isThere(table) else { return false }
        return try await
            !connection.query("select from \(quoted(table)) where \(condition) limit 1").isEmpty
    }

    private func isThere(_ table: String) async throws -> Bool {
        let rows = try await connection.query(
            "select to_regclass(\(quoted(table).text)) is not null as found"
        )
        return try rows.first?.boolean("found") == true
    }

    // MARK: Keys of members that are gone

    /// Dimensions that reference one that is gone: their rows, and what was observed of them, hold keys
    /// that nobody can translate.
    private func keyHolders(of lost: Losses.LostDimension) async throws -> [Misfit] {
        var holders: [Dimension] = []
        for other in pipeline.dependents(of: lost.dimension) where other != lost.dimension {
            if try await hasRows(other.table, where: other.isMember) { holders.append(other) }
        }
        guard !holders.isEmpty else { return [] }
        let facts = pipeline.facts.filter { fact in
            fact.references.contains { reference in
                ([lost.dimension] + holders).contains { $0.name == reference.dimension }
            }
        }
        var tables: [String] = []
        for holder in holders {
            for table in [holder.table, holder.observationTable, holder.absenceTable]
            where try await isThere(table) {
                tables.append(quoted(table).written)
            }
        }
        let names = holders.map(\.table).inBackticks()
        let histories = holders.filter(\.keepsObservations).map { "`\($0.table)`" }
        let price =
            histories.isEmpty
            ? ""
            : ", and the history of \(histories.joined(separator: ", ")) begins anew: versions, and members "
                + "that no source tells any more, are lost"
        return [
            Misfit(
                table: name(lost.dimension.table),
                opening: Self.opening,
                problems: [
                    "\(lost.reason), and \(names) \(agreeing(holders.count, "holds", "hold")) keys of its "
                        + "members. Restore it from a backup where there is one; else what holds its "
                        + "keys has to be loaded anew\(price)"
                ],
                statements: ["truncate \(tables.joined(separator: ", "));"]
                    + (try await after(facts, reason: "\(lost.dimension.table) was gone"))
            )
        ]
    }

    /// A fact whose rows stay: those that no source tells again would point to nobody, or, if they are
    /// appended, all of them.
    private func keptRows(
        of fact: Fact,
        _ what: String,
        restoring table: String = "dimension"
    ) async throws -> [Misfit] {
        guard try await hasRows(fact.table) else { return [] }
        let loaded = try await LoadedPeriods(pipeline.schema, [fact.table], on: connection)
            .summary()
        return [
            Misfit(
                table: name(fact.table),
                opening: Self.opening,
                problems: [
                    "its rows \(what), and "
                        + "`load: \(fact.loading.rawValue)` leaves rows that are there in their place. "
                        + "Restore the \(table) from a backup where there is one; else the fact has to "
                        + "be loaded anew: \(loaded)"
                ],
                statements: ["truncate \(quoted(fact.table).written);"]
                    + (try await after([fact], reason: "\(fact.table) was emptied"))
            )
        ]
    }

    private func after(_ facts: [Fact], reason: String) async throws -> [String] {
        let isByPeriod = facts.contains { $0.periodColumn != nil }
        let command = isByPeriod ? reload.ofMarked : try await reload.ofWhole()
        guard !facts.isEmpty else { return [command] }
        return [reload.mark(facts.map(\.table), reason: reason), command]
    }

    // MARK: Histories

    /// A dimension whose rows are there, and what they were computed from is not: the next merge would
    /// end every version that the source does not tell again.
    func history(of dimension: Dimension) async throws -> [Misfit] {
        let hasObservations = try await hasRows(dimension.observationTable)
        let hasMembers = try await hasRows(
            dimension.table,
            where: "\(dimension.isMember) and not is_inferred"
        )
        let lacksObservations = hasMembers && !hasObservations
        let hasAbsences = try await isThere(dimension.absenceTable)
        let lacksAbsences = hasObservations && dimension.keepsAbsences && !hasAbsences
        guard lacksObservations || lacksAbsences else { return [] }
        let before = try await ChangedDimension(dimension, of: pipeline, on: connection).previous()?
            .dimension(dimension.name)
        // Only a table that was there can be gone.
        guard let before,
            lacksObservations && before.keepsObservations
                || lacksAbsences && before.keepsAbsences
        else { return [] }
        if lacksObservations { return [observations(of: dimension)] }
        return [hasMembers ? absences(of: dimension) : endlessMembers(of: dimension)]
    }

    private func observations(of dimension: Dimension) -> Misfit {
        let design = dimension.observationDesign(schema: pipeline.schema)
        return Misfit(
            table: name(dimension.observationTable),
            opening: Self.opening,
            problems: [
                "it is \(Self.gone), and the history of `\(dimension.table)` is computed from it. "
                    + "Restore it from a backup where there is one. With this, the history goes on from "
                    + "what `\(dimension.table)` holds; \(lossBetweenVersions(of: dimension)), so rows "
                    + "that come late may find another place"
            ],
            statements: [
                design.creation,
                (observationsFromVersions(of: dimension) + ";").written,
                recount(of: dimension).written,
                Reload.prefix + "longshore load FOLDER",
            ]
        )
    }

    /// Some rows of it are gone: which, nobody knows.
    private func deletedObservations(_ look: DeletedObservations.Look) -> Misfit {
        let dimension = look.dimension
        let place = dimension.key + [Dimension.observedAt]
        let insert: SQL = """
            \(observationsFromVersions(of: dimension)) on conflict (\(ids: place)) do nothing;
            """
        return Misfit(
            table: name(dimension.observationTable),
            opening: Self.opening,
            problems: [
                "loads have recorded \(counted(look.recorded, "row")) in it, \(look.count) "
                    + "\(agreeing(look.count, "is", "are")) left, and the history of `\(dimension.table)` is "
                    + "computed from them. Restore it from a backup where there is one. With this, the "
                    + "history goes on from what is left and what `\(dimension.table)` holds; "
                    + "\(lossBetweenVersions(of: dimension)), so rows that come late may find another place. "
                    + "Where the rows were meant to go, the update alone is enough"
            ],
            statements: [
                insert.written,
                recount(of: dimension).written,
                Reload.prefix + "longshore load FOLDER",
            ]
        )
    }

    /// What only observations can tell.
    private func lossBetweenVersions(of dimension: Dimension) -> String {
        let time = dimension.isVersioned ? "between their versions" : "before the last time"
        return "what it has seen of its members \(time) is lost"
    }

    /// The beginnings of a dimension's versions as observations.
    private func observationsFromVersions(of dimension: Dimension) -> SQL {
        let columns: SQL = "\(ids: dimension.sourceColumns.map(\.name))"
        let (time, whole): (SQL, SQL) =
            dimension.isVersioned
            ? ("valid_from", " and valid_from < valid_to")
            : (dimension.observedAt(zone: pipeline.zone), "")
        return """
            insert into \(quoted(dimension.observationTable)) \
            (\(columns), \(raw: Dimension.observedAt)) \
            select \(columns), \(time) from \(quoted(dimension.table)) \
            where \(dimension.isMember) and not is_inferred\(whole)
            """
    }

    /// What is there now is all that loads have recorded.
    private func recount(of dimension: Dimension) -> SQL {
        ControlTable.observationCount(
            of: pipeline.key(of: dimension.table),
            in: quoted(dimension.observationTable)
        ) + ";"
    }

    private static let gone = "gone or empty"

    /// An absence is a gap between versions, or what follows the last one.
    private func absences(of dimension: Dimension) -> Misfit {
        let keys: SQL = "\(ids: dimension.key)"
        let versions: SQL = """
            select \(keys), valid_to, lead(valid_from) \
            over (partition by \(keys) order by valid_from) as next \
            from \(quoted(dimension.table)) where \(dimension.isMember) and not is_inferred \
            and valid_from < valid_to
            """
        let design = dimension.absenceDesign(schema: pipeline.schema)
        let insert: SQL = """
            insert into \(design.qualifiedName) \
            (\(keys), \(raw: Dimension.goneAt), \(raw: Dimension.backAt)) \
            select \(keys), valid_to, next from (\(versions)) versions \
            where valid_to <> 'infinity' and next is distinct from valid_to;
            """
        return Misfit(
            table: name(dimension.absenceTable),
            opening: Self.opening,
            problems: [
                "it is gone, and the ends of versions of `\(dimension.table)` are computed from it. "
                    + "This makes it anew from the versions that are there"
            ],
            statements: [
                design.creation,
                insert.written,
                Reload.prefix + "longshore load FOLDER",
            ]
        )
    }

    /// Neither versions nor absences: members that the source had no more would be back.
    private func endlessMembers(of dimension: Dimension) -> Misfit {
        Misfit(
            table: name(dimension.absenceTable),
            opening: Self.opening,
            problems: [
                "it is gone, and so are the versions of `\(dimension.table)`: what is left, "
                    + "`\(dimension.observationTable)`, does not tell when members have ended. Restore it "
                    + "from a backup where there is one; with this, the history begins anew"
            ],
            statements: [
                "truncate \(quoted(dimension.observationTable).written);",
                Reload.prefix + "longshore load FOLDER",
            ]
        )
    }
}

extension Dimension {
    /// The condition that a row is no unknown member.
    fileprivate var isMember: SQL {
        "\(id: surrogateKey) <> \(raw: "\(UnknownMember.key)")"
    }

    /// Whether its members have other keys when they come back: the key of a day is the day itself.
    var losesKeys: Bool {
        if case .calendar = content { return false }
        return true
    }
}

extension Pipeline {
    /// A dimension, and those that reference it, even through others.
    func dependents(of dimension: Dimension) -> [Dimension] {
        var found = [dimension]
        var index = 0
        while index < found.count {
            let name = found[index].name
            found += dimensions.filter { other in
                other.references.contains { $0.dimension == name } && !found.contains(other)
            }
            index += 1
        }
        return found
    }
}

extension TableDesign {
    /// The statement that makes it where it is missing, as people run it; a load adds indexes and
    /// comments.
    var creation: String {
        let definitions = columns.map(\.sql).joined(separator: ", ")
        let sql: SQL = "create table if not exists \(qualifiedName) (\(definitions));"
        return sql.written
    }
}
