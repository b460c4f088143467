import Foundation

/// The directory that a sample is written to.
enum OutputDirectory {
    static func make(_ path: String) throws(SampleDataError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true
            )
        } catch {
            throw .file(path, doing: "making the directory", reason: error.localizedDescription)
        }
    }
}
