/// What of a header may be written in any case: names of fields, codings, schemes (RFC 9110, 5.1).
enum HeaderText {
    /// Whether letters of ASCII are equal in any case, and all else by its bytes.
    static func areEqual(_ one: some Sequence<UInt8>, _ other: some Sequence<UInt8>) -> Bool {
        one.elementsEqual(other) { one, other in
            one == other
                || one ^ other == 0x20
                    && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(one | 0x20)
        }
    }
}
