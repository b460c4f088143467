import Pipelines
import Planning
import Postgres
import Words

extension UnreadableDefinition {
    /// What `read` gives of the definition of a load in the ledger.
    ///
    /// - Throws: ``UnreadableDefinition`` where this program cannot read it.
    package static func telling<Result>(
        ofLoad load: Int64,
        _ read: () throws -> Result
    ) throws -> Result {
        do {
            return try read()
        } catch let error as DefinitionError {
            throw UnreadableDefinition(load: load, problem: error.shortly)
        } catch is DecodingError {
            throw UnreadableDefinition(load: load, problem: "it is not what longshore writes")
        }
    }
}

extension DefinitionError {
    /// The first error, and how many more there are.
    fileprivate var shortly: String {
        let first = diagnostics.first { $0.severity == .error }?.description ?? "it is wrong"
        return errorCount > 1 ? "\(first) (and \(counted(errorCount - 1, "more error")))" : first
    }
}

/// What `read` gives of a definition in the ledger; `nil` where this program cannot read it any more, or this
/// login may not: then it tells nothing.
public nonisolated(nonsending) func unlessUnreadable<Result>(
    _ read: () async throws -> Result?
) async throws -> Result? {
    do {
        return try await read()
    } catch is UnreadableDefinition {
        return nil
    } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
        return nil
    }
}
