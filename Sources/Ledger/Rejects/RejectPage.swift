package import Postgres

/// How many refused rows are read at once: their bytes decide, for a row may have many megabytes, and
/// their number, for what is kept of each has a size of its own.
package enum RejectPage {
    /// Rows that are read at once, at most.
    package static let rows = 5_000
    /// What is enough; the row that exceeds it is the page's last.
    private static let bytes = 8 << 20

    /// The column `bytes_before` of rows in an order: what the rows before each take.
    ///
    /// Lengths are asked; the rows themselves are not read.
    package static func bytesBefore(_ raw: SQL, _ order: SQL) -> SQL {
        "\(before(raw, order)) as bytes_before"
    }

    /// The condition on that column by which a row is still on the page; the first one always is.
    package static let isNotFull: SQL = "bytes_before < \(bytes)"

    /// The number of a row's page, when all rows are divided in an order at once: numbers grow, but not each
    /// has a page.
    package static func number(_ raw: SQL, _ order: SQL) -> SQL {
        """
        (\(before(raw, order))) / \(bytes) \
        + (row_number() over (order by \(order)) - 1) / \(rows)
        """
    }

    private static func before(_ raw: SQL, _ order: SQL) -> SQL {
        "sum(octet_length(\(raw))) over (order by \(order)) - octet_length(\(raw))"
    }
}
