extension String {
    /// The text with each of some ASCII bytes doubled: how SQL, CSV and their like escape quotes.
    ///
    /// By bytes: as Characters, a quote that follows U+0600 or precedes U+0301 is no quote, but whoever
    /// reads the text takes it for one.
    public func doubling(_ marks: UInt8...) -> String {
        guard utf8.contains(where: marks.contains) else { return self }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count + 8)
        for byte in utf8 {
            if marks.contains(byte) { bytes.append(byte) }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
