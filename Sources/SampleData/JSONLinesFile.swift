import Words

/// A file of lines of JSON that is being written, line by line.
final class JSONLinesFile {
    /// The file's name below its folder.
    let name: String
    private let output: SampleFile
    /// The line that comes next.
    private(set) var line = 1

    init(_ name: String, in directory: String) throws(SampleDataError) {
        self.name = name
        output = try SampleFile("\(directory)/\(name)")
    }

    /// Writes an object of members that are JSON.
    ///
    /// - Returns: Its line.
    @discardableResult
    func write(_ members: KeyValuePairs<String, String?>) throws(SampleDataError) -> Int {
        let written = members.compactMap { name, value in
            value.map { "\(QuotedText.json(name)): \($0)" }
        }
        try output.write("{\(written.joined(separator: ", "))}\n")
        line += 1
        return line - 1
    }

    func close() throws(SampleDataError) {
        try output.close()
    }
}

/// Numbers as the sources of campaigns have them.
enum JSONNumber {
    /// `12.50` of 1250.
    static func hundredths(_ value: Int) -> String {
        let amount = value.magnitude
        return "\(value < 0 ? "-" : "")\(amount / 100).\(padded(amount % 100, 2))"
    }

    /// A Decimal128 of hundredths.
    static func decimal(_ value: Int) -> String {
        "{\"$numberDecimal\": \(QuotedText.json(hundredths(value)))}"
    }
}
