/// How many refused rows are read at once: their bytes decide, for a row may have many megabytes.
enum RejectPage {
    /// What is enough; the row that exceeds it is the page's last.
    private static let bytes = 8 << 20

    /// The column `bytes_before` of rows in an order: what the rows before each take.
    ///
    /// Lengths are asked; the rows themselves are not read.
    static func bytesBefore(_ raw: String, _ order: String) -> String {
        "sum(octet_length(\(raw))) over (order by \(order)) - octet_length(\(raw)) as bytes_before"
    }

    /// The condition on that column by which a row is still on the page; the first one always is.
    static let isNotFull = "bytes_before < \(bytes)"
}
