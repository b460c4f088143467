package import Postgres

extension PostgresConfiguration {
    /// No table and no function of anybody's is taken for one of the server's: Longshore's own SQL
    /// names schemas.
    static let warehouseSearchPath = "pg_catalog"

    /// As sessions at the warehouse are opened.
    package var atWarehouse: PostgresConfiguration {
        var configuration = self
        configuration.session.searchPath = Self.warehouseSearchPath
        configuration.session.limits = SessionLimits(options: options)
        return configuration
    }
}
