import Postgres
import StarSchema

/// The columns of a table that an attempt writes or reads, and the types that its bytes are made for.
///
/// A binary COPY takes bytes for what the column is now, and `insert … select` turns values into that
/// without a word. The definition was compared with the tables when the load was created; a load that
/// is retried or goes on later may meet tables that were altered since. So an attempt looks again in its
/// own transaction, under a lock that every `alter table … type` has to wait for.
///
/// The lock is one of the very table that is written. Of a fact whose periods are partitions that is the
/// new partition: a lock of its parent would keep those of other periods from being attached.
struct WrittenColumns {
    /// What the attempt does with the table until its transaction ends.
    enum Use: SQL {
        case writing = "row exclusive"
        case reading = "access share"
    }

    private let schema: String
    private let table: String
    private let expected: [TableDesign.Column]
    private let connection: PostgresConnection

    private var qualifiedName: SQL { "\(id: schema, table)" }

    /// - Parameters:
    ///   - design: what the attempt's definition says of the table.
    ///   - table: the table's name, when it is a partition; its own otherwise.
    ///   - other: its schema, when that is another one.
    ///   - names: the columns that matter; all when there are none.
    ///   - connection: the one whose transaction writes or reads.
    init(
        _ design: TableDesign,
        of table: String? = nil,
        in other: String? = nil,
        only names: [String] = [],
        on connection: PostgresConnection
    ) {
        schema = other ?? design.schema
        self.table = table ?? design.name
        expected =
            names.isEmpty ? design.columns : design.columns.filter { names.contains($0.name) }
        self.connection = connection
    }

    /// Looks without a lock: a table that was altered is found before its source is read.
    ///
    /// - Throws: ``LoadingError`` when the table is not what the bytes are made for.
    func look() async throws {
        let found = try await TableColumns.read(of: qualifiedName, on: connection)
        guard !found.isEmpty else { throw LoadingError.changed("\(schema).\(table)", [.gone]) }
        let problems = problems(found)
        guard problems.isEmpty else { throw LoadingError.changed("\(schema).\(table)", problems) }
    }

    /// Keeps the types as they are until the transaction ends, and looks at them.
    ///
    /// - Throws: ``LoadingError`` when the table is not what the bytes are made for.
    func hold(for use: Use) async throws {
        try await connection.query("lock table only \(qualifiedName) in \(use.rawValue) mode")
        try await look()
    }

    /// What ATTACH found: it compares the columns of a new partition with the table's by itself, and
    /// wants all of them.
    ///
    /// - Parameter error: what the server said.
    /// - Returns: the same, naming the columns.
    /// - Throws: `PostgresError`.
    func refusal(_ error: PostgresError) async throws -> LoadingError {
        let found = try await TableColumns.read(of: qualifiedName, on: connection)
        let names = Set(expected.map(\.name))
        let unknown = found.keys.filter { !names.contains($0) }.sorted()
            .map { ColumnProblem.unknown($0) }
        let problems = problems(found) + unknown
        return .changed(
            "\(schema).\(table)",
            problems.isEmpty ? [.other(error.message)] : problems
        )
    }

    private func problems(_ found: [String: String]) -> [ColumnProblem] {
        expected.compactMap { column in
            guard let type = found[column.name] else { return .missing(column.name, column.type) }
            // The bytes of a decimal fit a wider one.
            let isWider = WarehouseType(type).isWider(than: WarehouseType(column.type))
            return type == column.type || isWider
                ? nil : .type(column.name, found: type, expected: column.type)
        }
    }
}

/// Why rows cannot go into a table that was altered after their load was created.
enum ColumnProblem {
    case gone
    case missing(String, String)
    case type(String, found: String, expected: String)
    case unknown(String)
    case mart(String)
    case otherBounds
    case other(String)

    fileprivate var words: String {
        switch self {
        case .gone: "it is not there any more"
        case .missing(let name, let type): "it has no column `\(name)` (expected `\(type)`)"
        case .type(let name, let found, let expected):
            "its column `\(name)` has the type `\(found)`, expected `\(expected)`"
        case .unknown(let name): "it has the column `\(name)`, which the load does not know"
        case .mart(let differences):
            "its columns are not those that its SQL gives now (\(differences))"
        case .otherBounds: "it is the partition of another period now"
        case .other(let message): message
        }
    }
}

extension LoadingError {
    static func changed(_ table: String, _ problems: [ColumnProblem]) -> LoadingError {
        LoadingError(
            code: .changedTable,
            description: "the table `\(table)` is not what the rows of this load are made for: "
                + problems.map(\.words).joined(separator: "; ")
                + ". It was altered after the load was created; nothing was loaded. Start a new load, "
                + "whose definition says what the table is, with `longshore load FOLDER`"
        )
    }
}

extension Attempt {
    /// Keeps the types of tables from changing until the transaction ends, and looks whether they are
    /// those that the attempt's rows are made for.
    func hold(_ designs: [TableDesign]) async throws {
        for design in designs {
            try await WrittenColumns(design, on: connection).hold(for: .writing)
        }
    }

    /// Looks at the tables of a dimension or fact before anything is read from its source.
    func look(at designs: [TableDesign]) async throws {
        for design in designs { try await WrittenColumns(design, on: connection).look() }
    }
}
