import Endpoints

extension ExtractionError {
    /// The URL of a source says nothing that its kind understands.
    init(_ error: EndpointError, in url: ResolvedText, of source: String) {
        self.init(
            .misconfigured,
            "the URL of the source `\(source)`: \(url.masked(error.description))"
        )
    }
}
