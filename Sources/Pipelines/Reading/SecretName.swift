internal import Words

/// Names under which passwords stand: `password`, `PGPASSWORD`, `sslpassword`, `app.pw`.
enum SecretName {
    /// Whether it is one in any spelling: in capitals, percent-encoded, with invisible scalars in it.
    static func isOne(_ written: some Sequence<Unicode.Scalar>) -> Bool {
        let name = decoded(written.filter { !VisibleText.isHidden($0) }).lowercased()
        if ["passw", "passphrase", "pwd", "secret"].contains(where: name.contains) { return true }
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

    /// With percent-encoded ASCII undone; what is not encoded well stays.
    static func decoded(_ scalars: [Unicode.Scalar]) -> String {
        var text = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            let digits = String(String.UnicodeScalarView(scalars.dropFirst(index + 1).prefix(2)))
            if scalars[index] == "%", digits.utf8.count == 2, let code = UInt8(digits, radix: 16),
                code < 0x80
            {
                text.append(Unicode.Scalar(code))
                index += 3
            } else {
                text.append(scalars[index])
                index += 1
            }
        }
        return String(text)
    }
}
