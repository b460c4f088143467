/// A value of a YAML text, and where it stands.
struct YAMLNode {
    var content: Content
    var span: Span

    enum Content {
        case scalar(Scalar)
        case list([YAMLNode])
        case mapping([Entry])
        /// Something about which a problem has been reported already.
        case broken
    }

    /// A text; `isPlain` when it is written without quotes, so that it may be a number or a null.
    struct Scalar {
        var text: String
        var isPlain: Bool
    }

    /// A key and its value.
    struct Entry {
        var key: Key
        var value: YAMLNode

        /// The key's own text.
        var name: String { key.text }
    }

    /// A key of a mapping.
    struct Key {
        var text: String
        var span: Span
    }
}

extension YAMLNode {
    /// The entries of a mapping; none of anything else.
    var entries: [Entry] {
        if case .mapping(let entries) = content { return entries }
        return []
    }

    /// The items of a list; none of anything else.
    var items: [YAMLNode] {
        if case .list(let items) = content { return items }
        return []
    }

    /// The entry called `key`, whatever its value.
    func entry(_ key: String) -> Entry? {
        entries.first { $0.name == key }
    }

    /// The value of `key` unless it is null.
    subscript(key: String) -> YAMLNode? {
        guard let value = entry(key)?.value, !value.isNull else { return nil }
        return value
    }

    /// A text that is not null.
    var text: String? {
        guard case .scalar(let scalar) = content, !isNull else { return nil }
        return scalar.text
    }

    /// `true` or `false`, unquoted.
    var bool: Bool? {
        guard case .scalar(let scalar) = content, scalar.isPlain else { return nil }
        return ["true": true, "false": false][scalar.text.lowercased()]
    }

    /// A whole number, unquoted.
    var int: Int? {
        guard case .scalar(let scalar) = content, scalar.isPlain else { return nil }
        return Int(scalar.text)
    }

    /// Nothing, `~` or `null`.
    var isNull: Bool {
        guard case .scalar(let scalar) = content, scalar.isPlain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.text)
    }

    var isBroken: Bool {
        if case .broken = content { return true }
        return false
    }

    /// What it is, in words.
    var kindName: String {
        switch content {
        case .scalar: "a text"
        case .list: "a list"
        case .mapping: "a mapping"
        case .broken: "unreadable"
        }
    }
}
