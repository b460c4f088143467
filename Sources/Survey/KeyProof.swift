import Extraction
import Rows
import Words

/// Reads a source once more and keeps those keys that no two of all its rows share.
///
/// A profile's memory does not grow with its source; this takes eight bytes a row and key.
struct KeyProof {
    private struct Candidate {
        let key: [ExactText]
        let places: [Int]
        var hashes: [UInt64] = []
        var isRefuted = false
    }

    /// Keys that are tried at a time, and rows after which a proof is given up.
    private static let keysTried = 4
    private static let rowsRead = 40_000_000

    private var candidates: [Candidate]

    /// The profile with keys that are sure, where it was not sure of them; none when none stands.
    static func proven(
        _ profile: SourceProfile,
        _ open: () async throws -> any RowReader
    ) async throws -> SourceProfile {
        var profile = profile
        var size = profile.keys.first?.count ?? 0
        while profile.isWhole, !profile.areKeysSure, !profile.keys.isEmpty,
            profile.rows <= rowsRead
        {
            var proof = KeyProof(profile)
            var reader = try await open()
            while let batch = try await reader.next() {
                proof.take(batch.arranged(as: reader.header))
            }
            let found = proof.found()
            if !found.isEmpty {
                profile.keys = found
                profile.areKeysSure = true
                return profile
            }
            size += 1
            profile.keys = []
            if size <= 3 { KeySearch(profile: profile).run(into: &profile, from: size) }
            size = profile.keys.first?.count ?? size
        }
        return profile
    }

    private init(_ profile: SourceProfile) {
        candidates = profile.keys.prefix(Self.keysTried)
            .map { key in
                Candidate(
                    key: key,
                    places: key.compactMap { name in
                        profile.columns.firstIndex { $0.name == name }
                    }
                )
            }
    }

    private mutating func take(_ batch: RowBatch) {
        let bytes = batch.bytes
        for row in batch.rows where row.fault < 0 {
            for index in candidates.indices where !candidates[index].isRefuted {
                let hashes = candidates[index].places
                    .map { place in
                        let slice = batch.fields[row.firstField + place]
                        let field = bytes.span
                            .extracting(slice.start..<slice.start + slice.length)
                        return ColumnProfiler.hash(field)
                    }
                if hashes.contains(0) { candidates[index].isRefuted = true }
                candidates[index].hashes.append(ValueHash.hash(hashes))
            }
        }
    }

    private mutating func found() -> [[ExactText]] {
        for index in candidates.indices where !candidates[index].isRefuted {
            candidates[index].hashes.sort()
            let hashes = candidates[index].hashes
            if zip(hashes, hashes.dropFirst()).contains(where: ==) {
                candidates[index].isRefuted = true
            }
        }
        return candidates.filter { !$0.isRefuted }.map(\.key)
    }
}
