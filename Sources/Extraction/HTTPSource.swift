import HTTP
import Pipelines
import Rows
public import Words

/// An API that is asked over HTTP.
struct HTTPSource: Sendable {
    private let place: HTTPPlace
    private let texts: HTTPTexts
    private let book: CallBook
    private let configuration: HTTPConfiguration
    private let patience: CallPatience

    /// A source as an environment knows it.
    ///
    /// - Throws: ``ExtractionError`` for a variable that is not set.
    init(
        _ place: HTTPPlace,
        name: String,
        environment: SourceEnvironment
    ) throws(ExtractionError) {
        self.place = place
        texts = try HTTPTexts(place, name: name, environment)
        book = environment.callBook
        patience = environment.callPatience
        configuration = environment.web(reach: place.isPrivate ? .privateNetworks : .internet)
    }

    /// Asks, and gives what is answered as rows.
    ///
    /// - Parameters:
    ///   - calls: What is asked.
    ///   - period: The period that is asked about.
    ///   - layout: What is read of each object; `nil` for what the first page has.
    ///   - warehouse: Gives the rows of the warehouse that are asked about.
    /// - Returns: A reader that has the first page.
    /// - Throws: ``ExtractionError``.
    nonisolated(nonsending) func open(
        _ calls: Calls,
        period: Period?,
        layout: RowLayout?,
        warehouse: WarehouseRows?
    ) async throws -> any RowReader {
        let requests = CallRequests(calls: calls, texts: texts, period: period)
        let session = CallSession(
            place,
            texts,
            client: HTTPClient(configuration),
            book: book,
            patience: patience
        )
        return try await CallReader.open(
            requests,
            session,
            about: try await rows(of: calls, warehouse),
            layout: layout
        )
    }

    private nonisolated(nonsending) func rows(
        of calls: Calls,
        _ warehouse: WarehouseRows?
    ) async throws -> [[ExactText: String]] {
        guard let each = calls.each else { return [[:]] }
        guard let warehouse else {
            throw ExtractionError(
                .warehouse,
                "the source `\(texts.name)` is asked for each row of `\(each.name)`, which the warehouse has: only "
                    + "a load reads it, and `plan --effects`"
            )
        }
        let rows = try await warehouse(each.query)
        guard rows.count <= Self.mostRows else {
            throw ExtractionError(
                .tooLarge,
                "the query of `each` gives more than \(Self.mostRows) rows, and the source `\(texts.name)` would be "
                    + "asked for each of them"
            )
        }
        return rows
    }

    /// Rows of the warehouse that are asked about at most.
    private static let mostRows = 100_000
}

/// Gives the rows of a query on the warehouse, as texts by their columns; a null is absent.
public typealias WarehouseRows = @Sendable (_ query: String) async throws -> [[ExactText: String]]

/// Makes the requests of some calls.
struct CallRequests: Sendable {
    let calls: Calls
    let texts: HTTPTexts
    let period: Period?

    /// What is asked about one row.
    struct Request: Sendable {
        let url: HTTPURL
        /// What messages and the ledger call it: its path, and the parameters that are not always the same.
        let name: String
        /// What fields say of the row.
        let texts: [String: String]
    }

    /// What all of them are called.
    var name: String { calls.path.text }

    /// The request about a row of the warehouse.
    ///
    /// - Throws: ``ExtractionError`` for a row that makes no address.
    func request(about row: [ExactText: String]) throws(ExtractionError) -> Request {
        let path = try path(row)
        var url = try base(path)
        var varying: [String] = []
        for parameter in calls.parameters {
            let value = try fill(parameter.value, row)
            url.setParameter(parameter.name, to: value)
            if !parameter.value.isConstant { varying.append("\(parameter.name)=\(value)") }
        }
        var fields: [String: String] = [:]
        for case (let name, .text(let text)) in calls.shape.fields.map({ ($0.name, $0.content) }) {
            fields[name] = try fill(text, row)
        }
        let name = path + (varying.isEmpty ? "" : "?" + varying.joined(separator: "&"))
        return Request(
            url: url,
            name: VisibleText.shortened(VisibleText.line(texts.masked(name)), to: 200),
            texts: fields
        )
    }

    private func base(_ path: String) throws(ExtractionError) -> HTTPURL {
        var start = texts.url.value
        while start.utf8.last == UInt8(ascii: "/") { start.removeLast() }
        do throws(HTTPError) {
            return try HTTPURL(path.isEmpty ? start : start + "/" + path)
        } catch {
            throw ExtractionError(
                .misconfigured,
                texts.masked("the source `\(texts.name)`: \(error.message)")
            )
        }
    }

    /// The path, in which a value is one part: what would lead elsewhere is refused.
    private func path(_ row: [ExactText: String]) throws(ExtractionError) -> String {
        var path = ""
        for part in calls.path.parts {
            if case .literal(let text) = part {
                let kept: [Unicode.Scalar] = Array("/:@!$&'()*+,;=%".unicodeScalars)
                path += PercentEncoding.encoded(text.utf8, keeping: kept)
                continue
            }
            let value = try value(of: part, row)
            guard !["", ".", ".."].contains(value) else {
                throw ExtractionError(
                    .misconfigured,
                    "the source `\(texts.name)`: a row makes no path of `\(calls.path.text)`: its value is empty "
                        + "or leads elsewhere; leave such rows out in the query of `each`"
                )
            }
            path += PercentEncoding.encoded(value.utf8)
        }
        return String(path.drop { $0 == "/" })
    }

    private func fill(
        _ text: CallText,
        _ row: [ExactText: String]
    ) throws(ExtractionError) -> String {
        var filled = ""
        for part in text.parts { filled += try value(of: part, row) }
        return filled
    }

    private func value(
        of part: CallText.Part,
        _ row: [ExactText: String]
    ) throws(ExtractionError) -> String {
        switch part {
        case .literal(let text): return text
        case .period(let word):
            guard let period else {
                throw ExtractionError(
                    .misconfigured,
                    "the source `\(texts.name)` is asked about a period, and there is none here"
                )
            }
            return word.value(of: period)
        case .column(let column):
            guard let value = row[ExactText(column)] else {
                throw ExtractionError(
                    .misconfigured,
                    "the source `\(texts.name)`: the query of `each` gives no `\(column)`, or gives null; it gives "
                        + row.keys.sorted().texts.inBackticks()
                )
            }
            return value
        }
    }
}
