public import Pipelines

/// Reads the files of an extract for their sizes and digests, without looking at their rows.
///
/// - Parameters:
///   - extract: What would be read.
///   - source: Where it is.
///   - period: The slice of time; `nil` for what is loaded whole.
///   - folder: The pipeline's folder, which a relative folder of a source is in.
///   - environment: Knows the values of `${…}`.
///   - listings: What is known of folders already.
///   - explains: Whether the error for no file tells what else is there.
/// - Returns: The files in the order in which they are read; `nil` for a query, of whose rows nothing
///   is known before they are read.
/// - Throws: ``ExtractionError``, as when the files are loaded.
public func inspectFiles(
    _ extract: Extract,
    source: Source,
    period: Period?,
    folder: String,
    environment: SourceEnvironment,
    listings: FolderListings = FolderListings(),
    explains: Bool = true
) throws(ExtractionError) -> [InputSummary]? {
    guard case .csv(let pattern, _) = extract.input,
        let place = try SourceFolder(of: source, in: folder, environment)
    else { return nil }
    let files = FileSource(folder: place, listings: listings)
    var summaries: [InputSummary] = []
    for name in try files.files(
        matching: FilePattern(pattern, period: period),
        explains: explains
    ) {
        summaries.append(try files.open(name).digested())
    }
    return summaries
}

extension OpenFile {
    /// The file's size and digest, after reading it to its end.
    fileprivate func digested() throws(ExtractionError) -> InputSummary {
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while try read(into: &buffer) > 0 {}
        return try finish()
    }
}
