extension String {
    /// What stands between the slashes of a path, with the empty parts.
    ///
    /// By bytes, as a file system reads it: before U+0301 a slash is no Character of its own.
    public var pathParts: [String] {
        utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
    }

    /// Whether a path begins with a slash.
    public var isAbsolutePath: Bool { utf8.first == UInt8(ascii: "/") }
}
