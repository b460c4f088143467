import HTTP
import Pipelines
import Rows
import Words

/// Rows of an API, page by page; each page is an input.
///
/// Not to be shared between tasks.
final class CallReader: RowReader {
    private(set) var header: [ExactText]
    private(set) var firstInput: String
    /// Numbers and texts of JSON are told apart by nobody.
    let types: [SourceType?] = []
    private(set) var inputs: [InputSummary] = []

    private let requests: CallRequests
    private let session: CallSession
    private var columns: JSONColumns?
    private var waiting: ArraySlice<[ExactText: String]>
    private var current: (request: CallRequests.Request, pager: CallPager)?
    private var page: PageRows?

    /// Asks for the first page.
    ///
    /// - Parameters:
    ///   - requests: Makes requests.
    ///   - session: Sends them.
    ///   - rows: The rows that are asked about; one empty row where it is asked once.
    ///   - layout: What is read of each object; `nil` for what the first page has.
    /// - Returns: A reader that has the first page.
    /// - Throws: ``ExtractionError``.
    static nonisolated(nonsending) func open(
        _ requests: CallRequests,
        _ session: CallSession,
        about rows: [[ExactText: String]],
        layout: RowLayout?
    ) async throws -> CallReader {
        let reader = CallReader(requests, session, rows, layout)
        try await reader.fetch()
        reader.firstInput = reader.page?.name ?? requests.name
        return reader
    }

    private init(
        _ requests: CallRequests,
        _ session: CallSession,
        _ rows: [[ExactText: String]],
        _ layout: RowLayout?
    ) {
        self.requests = requests
        self.session = session
        columns = layout.map { JSONColumns($0) }
        header = columns?.names ?? []
        firstInput = requests.name
        waiting = rows[...]
    }

    nonisolated(nonsending) func next() async throws -> RowBatch? {
        while true {
            if page == nil { try await fetch() }
            guard page != nil else { return nil }
            if let batch = try page?.next() { return batch }
            page = nil
        }
    }

    /// What the first rows lack, others may have.
    nonisolated(nonsending) func knownElsewhere(_ columns: Set<ExactText>) async -> Set<ExactText> {
        columns
    }

    /// Fetches the next page; none at the end.
    private nonisolated(nonsending) func fetch() async throws {
        if current == nil, let row = waiting.popFirst() {
            let request = try requests.request(about: row)
            current = (request, CallPager(requests.calls.pages, request, requests.texts))
        }
        guard case (let request, var pager)? = current else { return }
        let name =
            requests.calls.pages == nil ? request.name : "\(request.name) page \(pager.number)"
        let answer = try await session.answer(from: pager.url, named: name)
        let found = try PageObjects(answer, rows: requests.calls.rows, name: name)
        let hasNext = try pager.advance(from: answer, found.contents)
        current = hasNext ? (request, pager) : nil
        let input = inputs.count
        inputs.append(InputSummary(name: name, size: answer.size, digest: answer.digest))
        var rows = PageRows(
            found,
            shaping: RowShaping(shape: requests.calls.shape, texts: request.texts),
            name: name
        )
        if columns == nil, let found = try rows.firstColumns() {
            columns = found
            header = found.names
        }
        rows.begin(input: input, columns: columns ?? JSONColumns(keeping: []))
        page = rows
    }
}

/// The objects of a page that are rows.
struct PageObjects {
    let json: JSONParts
    let objects: [Range<Int>]

    /// - Throws: ``ExtractionError`` for what is no JSON, or has no rows where they are looked for; a page that
    ///   was cut off is one, so another attempt may succeed.
    init(_ answer: CallAnswer, rows path: JSONPath?, name: String) throws(ExtractionError) {
        guard answer.size > 0 || answer.status != 204 else {
            json = .none
            objects = []
            return
        }
        guard let json = answer.json else {
            throw Self.failure(name, "the answer is no JSON, or is cut off")
        }
        self.json = json
        guard let value = try? json.value(at: path?.names ?? [], in: json.root) else {
            throw Self.failure(
                name,
                "`rows: \(path?.text ?? "")` is not in the answer, or stands in it twice"
            )
        }
        switch json.kind(of: value) {
        case UInt8(ascii: "["): objects = Array(json.elements(of: value))
        case UInt8(ascii: "n"): objects = []
        case UInt8(ascii: "{") where path == nil: objects = [value]
        default:
            let place = path.map { "`rows: \($0.text)`" } ?? "the answer"
            throw Self.failure(name, "\(place) is no array of rows")
        }
    }

    /// The bytes of each.
    var contents: [ArraySlice<UInt8>] { objects.map { json.bytes[$0] } }

    private static func failure(_ name: String, _ what: String) -> ExtractionError {
        ExtractionError(.json, "reading `\(name)`: \(what)", isRetryable: true)
    }
}

/// The rows of a page, batch by batch.
struct PageRows {
    let name: String
    private let json: JSONParts
    private let objects: [Range<Int>]
    /// How many objects were taken.
    private var taken = 0
    private var shaped: ShapedRows
    private var records: JSONRecords?

    init(_ found: PageObjects, shaping: RowShaping, name: String) {
        self.name = name
        (json, objects) = (found.json, found.objects)
        shaped = ShapedRows(name: name, shaping: shaping, limits: CSVLimits())
    }

    /// The columns of its first rows; `nil` where it has none.
    func firstColumns() throws(ExtractionError) -> JSONColumns? {
        var ahead = self
        try ahead.fill()
        guard !ahead.shaped.isEmpty else { return nil }
        var search = JSONPathSearch(limits: CSVLimits())
        ahead.shaped.show(to: &search)
        return try search.columns(of: name)
    }

    /// Says what is read of its rows.
    mutating func begin(input: Int, columns: JSONColumns) {
        records = JSONRecords(name: name, input: input, columns: columns, limits: CSVLimits())
    }

    /// Some of its rows; `nil` at its end.
    mutating func next() throws(ExtractionError) -> RowBatch? {
        shaped.resume(in: records)
        try fill()
        return try shaped.takeBatch(of: &records)
    }

    private mutating func fill() throws(ExtractionError) {
        while shaped.hasRoom(in: records), taken < objects.count {
            let object = objects[taken]
            taken += 1
            let place = JSONRecords.Place(line: taken, byteOffset: object.lowerBound)
            try shaped.add(Array(json.bytes[object]), at: place, in: records)
        }
    }
}
