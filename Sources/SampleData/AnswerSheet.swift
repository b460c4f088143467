/// What loading the sample's files must give: `expected.json`, beside them.
public struct AnswerSheet: Sendable, Hashable, Codable {
    /// A row that was made bad on purpose.
    public struct BadRow: Sendable, Hashable, Codable {
        /// The file's name.
        public var file: String
        /// The physical line on which the record starts; the header is line 1.
        public var line: Int
        /// What was done to it, such as `unknown_agent`.
        public var kind: String
        /// The rule that the reject must name; `nil` for a duplicate, which is no reject.
        public var rule: String?
        /// The source's column that is wrong; `nil` when it is the whole row.
        public var column: String?
    }

    /// The rows of one file.
    public struct FileTotals: Sendable, Hashable, Codable {
        /// The file's name.
        public var file: String
        /// Its records, the header not counted.
        public var read: Int
        /// Those that reach the table.
        public var loaded: Int
        /// Those that become rejects.
        public var rejected: Int
        /// Those that repeat an earlier one exactly.
        public var deduplicated: Int
    }

    /// The sample's name: `callcenter`, `invoices`, `sales`, `finance` or `campaigns`.
    public var sample: String
    /// The seed.
    public var seed: UInt64
    /// Every bad row, in the order of the files and their lines.
    public var badRows: [BadRow]
    /// The totals of every file.
    public var files: [FileTotals]
    /// How many business keys facts use that no dimension's file has, by dimension.
    public var inferred: [String: Int]
    /// How many rows are loaded that the pipeline must flag, by the column that flags them.
    public var flagged: [String: Int]

    /// The sheet's name.
    public static let fileName = "expected.json"

    private enum CodingKeys: String, CodingKey {
        case sample, seed, files, inferred, flagged
        case badRows = "bad_rows"
    }
}
