internal import Words

/// Names under which passwords stand: `password`, `PGPASSWORD`, `sslpassword`, `app.pw`.
enum SecretName {
    /// Whether it is one in any spelling: in capitals, percent-encoded, with invisible scalars in it.
    static func isOne(_ written: some Sequence<Unicode.Scalar>) -> Bool {
        let name = plain(written)
        return holds(name, ["passw", "passphrase", "pwd", "secret"])
            || words(of: name).contains { ["pw", "pass"].contains($0) }
    }

    /// Whether it is one, or a name under which requests have what proves who asks: `Cookie`, `X-Api-Key`, `access_token`.
    static func mayBeOne(_ written: String) -> Bool {
        let name = plain(written.unicodeScalars)
        return isOne(written.unicodeScalars)
            || holds(name, ["authenti", "authori", "cookie", "token"])
            || words(of: name).contains { ends($0, with: "auth") || ends($0, with: "key") }
    }

    private static func plain(_ written: some Sequence<Unicode.Scalar>) -> String {
        decoded(written.filter { !VisibleText.isHidden($0) }).lowercased()
    }

    /// By bytes: a mark that follows is one Character with the last letter.
    private static func holds(_ name: String, _ parts: [String]) -> Bool {
        parts.contains { name.utf8.firstRange(of: $0.utf8) != nil }
    }

    /// By bytes, and whatever marks are on the last letter.
    private static func ends(_ word: String, with part: String) -> Bool {
        let letters = word.unicodeScalars.filter {
            $0.properties.generalCategory != .nonspacingMark
        }
        return String(letters).utf8.suffix(part.utf8.count).elementsEqual(part.utf8)
    }

    private static func words(of name: String) -> [String] {
        name.unicodeScalars.split { [".", "_", "-"].contains($0) }.map(String.init)
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
