import Foundation
import Listening
import Pages

/// Why a request is not answered, before it is known what it asks for.
struct Refusal: Sendable {
    let status: Int
    let words: String
    let headers: [(name: String, value: String)]

    init(_ status: Int, _ words: String, _ headers: [(name: String, value: String)] = []) {
        self.status = status
        self.words = words
        self.headers = headers
    }

    /// A line of text; for programs the same as JSON.
    func response(to request: WebRequest) -> WebResponse {
        var response =
            request.isOfProgram
            ? ConsoleSite.json(NoticePage("Refused", text: words), status: status)
            : WebResponse(status, text: words + "\n")
        for header in headers { response.add(header.name, header.value) }
        return response
    }
}

extension WebRequest {
    /// Whether it is under `/api/v1`.
    var isOfProgram: Bool { path.starts(with: ["api", "v1"]) }
}
