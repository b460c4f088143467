extension String {
    /// The text with each of some ASCII bytes doubled: how SQL and its like escape quotes.
    ///
    /// By bytes: as Characters, a quote that follows U+0600 or precedes U+0301 is no quote, but whoever
    /// reads the text takes it for one.
    public func doubling(_ marks: UInt8...) -> String {
        guard utf8.contains(where: marks.contains) else { return self }
        return String(decoding: Array(utf8).doubling(marks), as: UTF8.self)
    }
}

extension [UInt8] {
    /// The bytes with each of some doubled: how CSV, whose fields need not be text, escapes quotes.
    public func doubling(_ marks: UInt8...) -> [UInt8] { doubling(marks) }

    fileprivate func doubling(_ marks: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        for byte in self {
            if marks.contains(byte) { bytes.append(byte) }
            bytes.append(byte)
        }
        return bytes
    }
}
