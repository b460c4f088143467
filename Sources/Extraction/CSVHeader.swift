import Rows
import Words

/// Judges the first record of a CSV file.
struct CSVHeader {
    let name: String
    let limits: CSVLimits

    /// The names of the columns.
    func names(
        fields: [[UInt8]],
        count: Int,
        hasBrokenQuotes: Bool
    ) throws(ExtractionError) -> [ExactText] {
        guard !hasBrokenQuotes else { throw problem("a quote is not closed, or text follows it") }
        guard count <= limits.columns else {
            throw problem("it has \(counted(count, "column")); at most \(limits.columns) are read")
        }
        var names: [ExactText] = []
        var places: [ExactText: Int] = [:]
        for (index, field) in fields.enumerated() {
            guard !field.contains(0) else {
                throw problem(
                    "the name of column \(index + 1) holds a NUL; if the file is in UTF-16, declare "
                        + "`encoding: utf-16le` or `utf-16be`"
                )
            }
            guard let text = String(validating: field, as: UTF8.self) else {
                throw problem(
                    "the name of column \(index + 1) is not UTF-8 text; "
                        + "declare the `encoding` that the file is in, such as `windows-1252`"
                )
            }
            let name = ExactText(text)
            if let first = places[name], !name.isEmpty {
                throw problem("columns \(first + 1) and \(index + 1) have the same name")
            }
            places[name] = index
            names.append(name)
        }
        return names
    }

    /// It has bytes that are no text in the declared encoding.
    func isNoText(_ fault: TextDecoder.Fault, _ decoder: TextDecoder?) -> ExtractionError {
        let reason = decoder?.reason(fault) ?? "it is no text"
        return ExtractionError(.encoding, "reading the header of `\(name)`: \(reason)")
    }

    private func problem(_ text: String) -> ExtractionError {
        ExtractionError(.header, "reading the header of `\(name)`: \(text)")
    }
}
