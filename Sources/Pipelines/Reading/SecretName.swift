internal import Words

/// Names under which passwords stand: `password`, `PGPASSWORD`, `sslpassword`, `app.pw`.
enum SecretName {
    /// Whether it is one in any spelling: in capitals, percent-encoded, with invisible scalars in it.
    static func isOne(_ written: some Sequence<Unicode.Scalar>) -> Bool {
        let name = decoded(written.filter { !VisibleText.isHidden($0) }).lowercased()
        // By bytes: a mark that follows is one Character with the last letter.
        let isInside = ["passw", "passphrase", "pwd", "secret"]
            .contains { name.utf8.firstRange(of: $0.utf8) != nil }
        if isInside { return true }
        let words = name.unicodeScalars.split { [".", "_", "-"].contains($0) }.map(String.init)
        return words.contains { ["pw", "pass"].contains($0) }
    }

    /// What a name may be written with.
    static func mayHold(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-", "%": true
        default: VisibleText.isHidden(scalar) && scalar != "\n"
        }
    }

    /// With percent-encoding undone; what is not encoded well stays.
    static func decoded(_ scalars: [Unicode.Scalar]) -> String {
        let text = String(String.UnicodeScalarView(scalars))
        return String(decoding: PercentEncoding.decoded(text.utf8).bytes, as: UTF8.self)
    }
}
