/// What a store says of a failure, in XML.
///
/// Its text is not kept: it repeats what was signed.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
struct StoreFault: Sendable, Hashable {
    /// A word such as `NoSuchKey`.
    let code: String
    /// The region where the bucket lies, when that is what is wrong.
    let region: String?

    /// Of the XML of an answer; `nil` when it is something else.
    init?(_ root: XMLElement) {
        guard root.name == "Error", let code = root["Code"] else { return nil }
        self.init(code: code, region: root["Region"])
    }

    /// Of words; a region that does not look like one is none.
    init(code: String, region: String?) {
        self.code = code
        self.region = region.flatMap { Region.isName($0) ? $0 : nil }
    }
}

/// Names of regions.
enum Region {
    /// Whether a text can be one: it becomes a part of hosts and signatures.
    static func isName(_ text: String) -> Bool {
        text.wholeMatch(of: /[a-z0-9][a-z0-9\-]{0,62}/.matchingSemantics(.unicodeScalar)) != nil
    }
}
