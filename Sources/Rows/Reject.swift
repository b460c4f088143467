import Words

/// A source row that was refused, whole, with the reason.
public struct Reject: Sendable, Hashable {
    /// The input's place among the reader's inputs, from 0.
    public var input: Int
    /// The line the row begins on, from 1.
    public var line: Int
    /// The offset of the row's first byte in the (uncompressed) input.
    public var byteOffset: Int
    /// The row's bytes as they were read; not always valid UTF-8.
    public var raw: [UInt8]
    /// The column or reference that was refused; `nil` when it is the row as such.
    public var column: String?
    /// The rule that was broken: a type's name, a rule's name, a check's name, `expression`,
    /// `references`, `grain`, `unique`, `period`, `late`, `closed`, `fields`, `quotes` or `encoding`.
    public var rule: String
    /// Why, in at most 200 characters.
    ///
    /// It may show the value, so it is as secret as the row.
    public var reason: String
    /// The label of the period that it is about, when that is another than the one being loaded.
    public var period: String?

    /// Creates a reject; `reason` is cut to 200 characters.
    public init(
        input: Int = 0,
        line: Int,
        byteOffset: Int,
        raw: [UInt8],
        column: String?,
        rule: String,
        reason: String,
        period: String? = nil
    ) {
        self.input = input
        self.line = line
        self.byteOffset = byteOffset
        self.raw = raw
        self.column = column
        self.rule = rule
        self.period = period
        self.reason = VisibleText.shortened(reason, to: 200)
    }

    /// What its texts and its row take.
    public var byteCount: Int {
        raw.count + rule.utf8.count + reason.utf8.count + (column?.utf8.count ?? 0)
    }
}
