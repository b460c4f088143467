/// The grammar of pool names: they become parts of queue names.
enum PoolName {
    /// Whether `name` has 1 to 64 letters, digits, `_` or `-` of ASCII.
    static func isValid(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                let scalar = Unicode.Scalar(byte)
                return scalar == "_" || scalar == "-" || scalar.isASCIIAlphanumeric
            }
    }

    static func validate(_ name: String) throws(MessagingError) {
        guard isValid(name) else { throw .badPool(name) }
    }
}

extension Unicode.Scalar {
    fileprivate var isASCIIAlphanumeric: Bool {
        ("a"..."z").contains(self) || ("A"..."Z").contains(self) || ("0"..."9").contains(self)
    }
}
