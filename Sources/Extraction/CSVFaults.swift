import Rows
import Words

extension RowFault {
    /// A record has another number of fields than the header.
    static func fields(_ count: Int, where width: Int) -> RowFault {
        RowFault(
            rule: "fields",
            reason: "it has \(counted(count, "field")), where the header has \(width)"
        )
    }

    /// The quote that opens a field has no end.
    static func openQuote(field: Int) -> RowFault {
        RowFault(
            rule: "quotes",
            reason: "the quote that opens field \(field) is never closed"
        )
    }

    /// What stands behind a closing quote is no delimiter.
    static let textAfterQuote = RowFault(
        rule: "quotes",
        reason:
            "text follows the closing quote of a field; quotes inside a quoted field are doubled"
    )
}

extension ExtractionError {
    /// A faulty record reaches over lines behind its first.
    static func swallowedLines(
        _ name: String,
        at place: JSONRecords.Place,
        _ lines: Int,
        fault: RowFault
    ) -> ExtractionError {
        ExtractionError(
            .quotes,
            "reading `\(name)`: the record on line \(place.line) (byte \(place.byteOffset)) takes in the "
                + "\(counted(lines, "line")) behind it: \(fault.reason); mend the quote in the file, or declare "
                + "`quote: none` if quotes are data"
        )
    }
}
