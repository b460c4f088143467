import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import StarSchema

/// Reads a dimension's business keys and surrogate keys.
struct KeyMapQuery {
    let dimension: Dimension
    let attempt: Attempt

    /// The map, from the process's cache or loaded; `nil` when it does not fit in memory.
    func map() async throws -> HeldKeyMap? {
        try await holdKeys()
        let standing = try await standing()
        return try await attempt.keyMaps.map(
            of: name(standing),
            revision: standing.revision,
            size: size,
            read: read
        )
    }

    /// Whether the map is there, or small, or so many of its keys were looked up one by one that loading it is no
    /// waste.
    func isWorthLoading() async throws -> Bool {
        let standing = try await standing()
        return attempt.keyMaps.isWorthLoading(
            name(standing),
            revision: standing.revision,
            members: standing.members
        )
    }

    /// Says that keys were looked up in Postgres.
    func note(lookedUp keys: Int) async throws {
        attempt.keyMaps.note(lookedUp: keys, in: name(try await standing()))
    }

    /// What the cache calls it.
    private func name(_ standing: Standing) -> String {
        "\(table.written) \(keyTypes) \(standing.file)"
    }

    private var table: SQL { attempt.table(dimension.table) }

    /// Bytes of one type are never those of another: a map of other types knows no key.
    private var keyTypes: String {
        dimension.keyAttributes.map(\.plan.type.postgresName).joined(separator: ", ")
    }

    /// Keeps the types of the keys as they are until the transaction ends, and looks whether they are
    /// those that the bytes of rows' keys are made for.
    func holdKeys() async throws {
        try await WrittenColumns(
            dimension.design(schema: attempt.row.schema),
            only: dimension.key + [dimension.surrogateKey]
                + (dimension.isVersioned ? Dimension.validity.map(\.name) : []),
            on: attempt.connection
        )
        .hold(for: .reading)
    }

    private func read(_ size: KeyMap.Size) async throws -> KeyMap {
        var map = KeyMap(size: size)
        try await Self.read(dimension, from: table, on: attempt.connection) {
            map.insert($0, surrogate: $1, validFrom: $2)
        }
        return map
    }

    /// Counted, as a table's statistics may be missing or old; it takes a tenth of what loading does.
    ///
    /// A member has one current version, or none once it has expired: these are not counted.
    private func size() async throws -> KeyMap.Size {
        let isVersioned = dimension.isVersioned
        let rows = try await attempt.connection.query(
            """
            select count(*) filter (where \(isVersioned ? "is_current" : "true")) as keys,
                count(*) filter (where \(isVersioned ? "valid_from < valid_to" : "false")) as versions,
                coalesce(sum(length) filter (where length > 8
                    and \(isVersioned ? "is_current" : "true")), 0)::bigint as bytes
            from (select *, \(dimension.keyLength) as length from \(table)) d
            """
        )
        guard let row = rows.first else { return KeyMap.Size(keys: 0) }
        return KeyMap.Size(
            keys: try row.integer("keys"),
            versions: try row.integer("versions"),
            longKeyBytes: try row.integer("bytes")
        )
    }

    /// What tells one state of the table from others.
    private struct Standing {
        /// What loads have made of it.
        var revision = ""
        /// Its file, which is another one when somebody has emptied or made it anew.
        var file: Int64 = 0
        /// How many rows it has, about; 0 when nobody has counted.
        var members = 0
    }

    /// Read before the keys are: a map is at least as new as its revision says.
    private func standing() async throws -> Standing {
        let rows = try await attempt.connection.query(
            """
            select pg_relation_filenode(c.oid)::bigint as file, greatest(c.reltuples, 0)::bigint as members,
                (select revision || ' ' || revision_token from longshore.control
                    where \(attempt.key(of: dimension.table).isRow)) as revision
            from pg_class c where c.oid = to_regclass(\(table.text))
            """
        )
        guard let row = rows.first else { return Standing() }
        return Standing(
            revision: try row.optionalText("revision") ?? "",
            file: try row.optionalInteger("file", as: Int64.self) ?? 0,
            members: try row.integer("members")
        )
    }

    /// Gives `body` the business key, surrogate key and start of each row that `source`, a FROM item, has
    /// and that is valid for some time.
    static func read(
        _ dimension: Dimension,
        from source: SQL,
        on connection: PostgresConnection,
        _ body: (_ key: Span<UInt8>, _ surrogate: Int64, _ start: Int64) -> Void
    ) async throws {
        let isVersioned = dimension.isVersioned
        let first = isVersioned ? 2 : 1
        var reader = BinaryCopyReader()
        var key: [UInt8] = []
        try await connection.copyOut(
            """
            copy (select \(id: dimension.surrogateKey)\(isVersioned ? ", valid_from" : ""),
                \(ids: dimension.key) from \(source)
                \(isVersioned ? "where valid_from < valid_to" : "")) to stdout (format binary)
            """
        ) { chunk in
            try reader.read(chunk) { row in
                guard let surrogate = try row.integer(0),
                    row.readKey(first..<row.count, into: &key)
                else { return }
                let start = isVersioned ? try row.integer(1) : nil
                body(key.span, surrogate, start ?? .min)
            }
        }
        try reader.finish()
    }
}

extension Dimension {
    /// The SQL expression for the number of bytes that a row's business key has in a ``KeyMap``.
    fileprivate var keyLength: SQL {
        keyAttributes
            .map { attribute -> SQL in
                let name: SQL = "\(id: attribute.name)"
                let length: SQL =
                    switch attribute.plan.type {
                    case .text: "octet_length(\(name))"
                    case .decimal: "pg_column_size(\(name)) + 6"
                    default: "pg_column_size(\(name))"
                    }
                return key.count > 1 ? "4 + \(length)" : length
            }
            .joined(separator: " + ")
    }
}

extension BinaryCopyRow {
    /// The bytes of a business key as ``KeyMap`` takes it: the field itself, or, of several fields,
    /// each with its length before it.
    ///
    /// - Returns: `false` when a field is null, as in the unknown member.
    fileprivate func readKey(_ fields: Range<Int>, into key: inout [UInt8]) -> Bool {
        key.removeAll(keepingCapacity: true)
        for index in fields {
            guard !isNull(index) else { return false }
            withSpan(index) { bytes in
                if fields.count > 1 {
                    let length = UInt32(bytes.count)
                    for shift in stride(from: 24, through: 0, by: -8) {
                        key.append(UInt8(truncatingIfNeeded: length >> shift))
                    }
                }
                for place in bytes.indices { key.append(bytes[place]) }
            }
        }
        return true
    }
}
