extension PostgresConnection {
    /// The types that the server gives to a statement's parameters, from where they stand in it; it is not run.
    ///
    /// It is for a transaction, which goes on whatever the server says of the statement, and holds no lock for it.
    ///
    /// - Parameter sql: One statement with parameters, `$1`, whose values do not matter.
    /// - Returns: Object identifiers of types, in the order of the parameters; `nil` when the server does not
    ///   understand the statement. Those of built-in types are the same in every server (`pg_type.dat`).
    /// - Throws: ``PostgresError`` when it is not the statement that is wrong.
    public func parameterTypes(of sql: SQL) async throws -> [UInt32]? {
        try await script("savepoint parameters")
        let types: [UInt32]?
        do {
            types = try await described(sql.text).parameterTypes
        } catch let error as PostgresError
            where ["0A", "22", "42"].contains(error.sqlState?.errorClass)
        {
            types = nil
        }
        try await script("rollback to savepoint parameters; release savepoint parameters")
        return types
    }

    private func described(_ statement: String) async throws -> ResultHandle {
        try await exchange { session throws(PostgresError) in
            try requireNoCopy(session)
            try session.sendPreparation(statement)
            try session.collectResults()
            try session.sendDescription()
            return try session.collectResults()
        }
    }
}
