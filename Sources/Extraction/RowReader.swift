public import Rows
public import Words

/// Rows of a source, batch by batch.
public protocol RowReader {
    /// The names of the first input's columns; a batch of an input with others names them.
    var header: [ExactText] { get }
    /// The first input's name.
    var firstInput: String { get }
    /// What the source knows of its columns, in the order of the header; none where it knows nothing.
    var types: [SourceType?] { get }
    /// The inputs that were read to their end so far, in the order of ``RowBatch/input``.
    var inputs: [InputSummary] { get }
    /// The inputs as the source knows them before they are read; none where it does not.
    var known: [KnownInput] { get }
    /// Bytes of inputs that have been read, as they lie there; `nil` where nobody counts them.
    var bytesRead: Int? { get }
    /// The next batch; `nil` when the source has ended and is found unchanged.
    nonisolated(nonsending) mutating func next() async throws -> RowBatch?
    /// Those of some columns that something has which is read like this, such as another month's file: then
    /// it is no slip of the pen where they are absent here.
    nonisolated(nonsending) func knownElsewhere(_ columns: Set<ExactText>) async -> Set<ExactText>
}

extension RowReader {
    /// None: of a source that knows nothing before it is read.
    public var known: [KnownInput] { [] }
    /// `nil`: of a source whose bytes nobody counts.
    public var bytesRead: Int? { nil }

    /// Those columns that a layout reads and a header lacks, and that may be absent there since they are
    /// known elsewhere.
    public nonisolated(nonsending) func mayLack(
        _ layout: RowLayout,
        below header: [ExactText]
    ) async -> Set<ExactText> {
        let absent = Set(layout.sourceColumns).subtracting(header)
        return await knownElsewhere(absent.subtracting(layout.neededSources))
    }
}
