package import Ledger
package import Postgres
import Words

/// SQL of a mart, of its tests or of an export, run so that it reads the tables of its schema and does nothing else.
///
/// It is the body of a function of the schema's ``MartRole``. While a `security definer` function runs,
/// nothing leads back to the rights of the login: neither `set role` nor `set_config`. A `stable` one
/// refuses statements that write. It lies in the session's own temporary schema, where nobody else finds it
/// and the role needs no right in the pipeline's, and is dropped after its one call.
package struct MartFunction {
    /// The mart or export, as the definition calls it; empty for SQL of neither.
    let mart: String
    /// What it is: `mart`.
    let kind: String
    package let setting: MartSetting
    /// `nil` where there is none that the login may act as: then the SQL has the login's rights.
    package let role: MartRole?
    let connection: PostgresConnection
    /// How long Postgres may plan the query before a load.
    var planningTime = Duration.seconds(30)

    package init(
        mart: String,
        kind: String = "mart",
        setting: MartSetting,
        role: MartRole? = nil,
        connection: PostgresConnection
    ) {
        self.mart = mart
        self.kind = kind
        self.setting = setting
        self.role = role
        self.connection = connection
    }

    private static let name: SQL = "pg_temp.mart_sql()"

    /// Runs one statement that calls the function.
    ///
    /// - Parameters:
    ///   - query: what the function gives; it cannot write.
    ///   - type: what it returns: `bigint`, `setof pg_temp.mart_shape`.
    ///   - statement: makes the statement from the function's call.
    /// - Returns: the statement's result.
    /// - Throws: ``StarSchemaError`` when the role has not the rights for the query; `PostgresError`.
    package func run(
        _ query: SQL,
        returning type: SQL,
        in statement: (_ call: SQL) -> SQL
    ) async throws -> PostgresResult {
        do {
            try await create(query, returning: type)
            let result = try await connection.query(statement(Self.name))
            try await drop()
            return result
        } catch let error as PostgresError {
            throw refusal(error) ?? error
        }
    }

    /// Asks Postgres whether it understands the query and the role may run it, without running it.
    ///
    /// Without a role it is not even planned: planning calls functions, with the login's rights.
    ///
    /// - Throws: as ``run(_:returning:in:)``.
    func check(_ query: SQL) async throws {
        do {
            try await create("select * from (\(query)) checked limit 0", returning: "void")
            if role != nil { try await plan() }
            try await drop()
        } catch let error as PostgresError {
            throw refusal(error) ?? error
        }
    }

    /// Plans the function's query, which computes what is constant in it, for as long as that may take.
    ///
    /// The limit is the server's, which outlives who asks; what is only planned cannot set it otherwise.
    private func plan() async throws {
        let limit = "\(planningTime.wholeMilliseconds)ms"
        do {
            try await connection.query("savepoint planning")
            try await connection.query("select set_config('statement_timeout', \(limit), true)")
            try await connection.query("select \(Self.name)")
            try await connection.query("rollback to savepoint planning")
        } catch let error as PostgresError where error.code == .sqlState(.queryCanceled) {
            throw StarSchemaError.badQuery(
                of: "\(kind) `\(mart)`",
                "planning it takes longer than \(DurationWords.inSeconds(planningTime))"
            )
        }
    }

    /// Why the role's rights do not suffice; `nil` when it is another error.
    func refusal(_ error: PostgresError) -> StarSchemaError? {
        guard let role, !mart.isEmpty, error.sqlState == .insufficientPrivilege else { return nil }
        return .martRights(of: mart, kind, role, error.message)
    }

    private func create(_ body: SQL, returning type: SQL) async throws {
        try await connection.query(
            """
            create function \(Self.name) returns \(type) language sql stable security definer
            \(setting.clauses) as \(literal: body.written)
            """
        )
        guard let role else { return }
        try await connection.query("alter function \(Self.name) owner to \(raw: role.name)")
    }

    /// The SQL may have set what it likes: what follows means what it usually does.
    private func drop() async throws {
        try await setting.leave(on: connection)
        try await connection.query("drop function \(Self.name)")
    }
}
