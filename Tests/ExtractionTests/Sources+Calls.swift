import Pipelines
import Rows

@testable import Extraction

extension Sources {
    /// Asks the source `ads`, for January 2024.
    func open(_ calls: Calls) async throws -> any RowReader {
        try await open(
            Extract(source: "ads", selection: .calls(calls)),
            period: Period("2024-01", grain: .month),
            clock: SourceClock(zone: "UTC")
        )
    }

    /// All rows of its answers.
    func rows(_ calls: Calls) async throws -> [[String]] {
        var reader = try await open(calls)
        return try await drain(&reader).map(\.fields)
    }
}
