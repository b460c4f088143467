internal import Words
internal import Yams

/// Reads a YAML text into nodes that know where they stand.
///
/// Yams stops at the first doubled key and says where only one of the two is. So a doubled key is
/// renamed in the text, without moving anything, and the text is read again; the tree that results
/// has both keys under their own name, and all other problems can be told at once.
struct YAMLReader {
    private let file: String
    private let findings: Findings
    private let original: SourceText
    private var scalars: [[Unicode.Scalar]]
    /// The keys that were renamed, by position, with the character that was replaced.
    private var renamed: [Diagnostic.Position: Unicode.Scalar] = [:]

    /// The largest size of a text, in bytes.
    static let maximumSize = 262_144
    /// The deepest nesting of lists and mappings.
    static let maximumDepth = 24
    private static let maximumDoubledKeys = 32
    /// The bytes that are read again for doubled keys, at most: the parser takes a second for a large text.
    private static let maximumReread = 524_288

    /// The tree of `text`, or `nil` when it cannot be read at all: the reason is in `findings`.
    static func read(_ text: String, file: String, findings: Findings) -> YAMLNode? {
        let text = text.hasPrefix("\u{FEFF}") ? String(text.unicodeScalars.dropFirst()) : text
        let source = SourceText(path: file, text: text)
        findings.addSource(source)
        let screen = YAMLScreen(source: source, findings: findings)
        guard screen.accepts(text) else { return nil }
        var reader = YAMLReader(source: source, findings: findings)
        return reader.tree()
    }

    private init(source: SourceText, findings: Findings) {
        file = source.path
        original = source
        self.findings = findings
        scalars = (1...source.lineCount).map { Array((source.line($0) ?? "").unicodeScalars) }
    }

    private mutating func tree() -> YAMLNode? {
        while true {
            do {
                // The parser owns the anchors: it must live as long as they are asked for.
                let parser = try Parser(yaml: currentText, encoding: .utf8)
                defer { withExtendedLifetime(parser) {} }
                guard let root = try parser.singleRoot() else { return reportEmpty() }
                return converted(root, depth: 0)
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                guard rename(at: position(context.mark)) else {
                    return reportDoubled(names, at: position(context.mark))
                }
            } catch let error as YamlError {
                YAMLSyntaxProblem(error, source: original).report(to: findings)
                return nil
            } catch {
                findings.add(.yamlSyntax, at: .start(of: file), "the text is not YAML")
                return nil
            }
        }
    }

    private var currentText: String {
        var text = String.UnicodeScalarView()
        for (index, line) in scalars.enumerated() {
            if index > 0 { text.append("\n") }
            text.append(contentsOf: line)
        }
        return String(text)
    }

    /// Replaces a letter of the key at `position` by one for private use, so that it is no double.
    private mutating func rename(at position: Diagnostic.Position) -> Bool {
        let reread = (renamed.count + 1) * original.byteCount
        guard renamed.count < Self.maximumDoubledKeys, reread <= Self.maximumReread,
            renamed[position] == nil,
            scalars.indices.contains(position.line - 1)
        else { return false }
        var line = scalars[position.line - 1]
        var index = position.column - 1
        guard line.indices.contains(index) else { return false }
        if line[index] == "\"" || line[index] == "'" { index += 1 }
        guard line.indices.contains(index), YAMLScreen.isNameLetter(line[index]),
            let substitute = Unicode.Scalar(0xE000 + UInt32(renamed.count))
        else { return false }
        renamed[position] = line[index]
        line[index] = substitute
        scalars[position.line - 1] = line
        return true
    }

    private func reportEmpty() -> YAMLNode? {
        findings.add(
            .valueMissing,
            at: .start(of: file),
            "the definition is empty",
            expected: "`pipeline: <name>` and its tables"
        )
        return nil
    }

    /// The way out when a doubled key is not an ordinary word.
    private func reportDoubled(_ names: [String], at position: Diagnostic.Position) -> YAMLNode? {
        let name = names.first ?? "?"
        findings.add(
            .keyDoubled,
            at: Span(file: file, position: position, length: name.unicodeScalars.count),
            "the key `\(name)` stands more than once in this mapping",
            expected: "every key once"
        )
        return nil
    }
}

// MARK: - From Yams' nodes to ours

extension YAMLReader {
    private func converted(_ node: Node, depth: Int) -> YAMLNode {
        let span = span(of: node)
        let broken = YAMLNode(content: .broken, span: span)
        guard depth <= Self.maximumDepth else {
            findings.add(
                .fileTooLarge,
                at: span,
                "this is nested more than \(Self.maximumDepth) levels deep"
            )
            return broken
        }
        guard isPlainYAML(node, span) else { return broken }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain
            return YAMLNode(
                content: .scalar(.init(text: scalar.string, isPlain: isPlain)),
                span: span
            )
        case .sequence(let sequence):
            let items = sequence.map { converted($0, depth: depth + 1) }
            return YAMLNode(content: .list(items), span: span)
        case .mapping(let mapping):
            return YAMLNode(content: .mapping(entries(of: mapping, depth: depth)), span: span)
        case .alias:
            return broken
        }
    }

    private func entries(of mapping: Node.Mapping, depth: Int) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var places: [String: (name: ExactText, position: Diagnostic.Position)] = [:]
        for (keyNode, valueNode) in mapping {
            guard let key = key(keyNode) else { continue }
            if let first = places[key.text] {
                findings.add(
                    .keyDoubled,
                    at: key.span,
                    first.name == ExactText(key.text)
                        ? "the key `\(key.text)` stands more than once in this mapping"
                        : "the key `\(key.text)` looks like another one in this mapping",
                    expected: "every key once",
                    note: "it stands first at \(first.position)"
                )
                continue
            }
            places[key.text] = (ExactText(key.text), key.span.position)
            entries.append(.init(key: key, value: converted(valueNode, depth: depth + 1)))
        }
        return entries
    }

    private func key(_ node: Node) -> YAMLNode.Key? {
        let span = span(of: node)
        guard isPlainYAML(node, span) else { return nil }
        guard case .scalar(let scalar) = node else {
            findings.add(.yamlFeature, at: span, "a key must be a word", expected: "`name: value`")
            return nil
        }
        var text = scalar.string
        if let letter = renamed[span.position], !text.isEmpty {
            text = String(letter) + String(text.unicodeScalars.dropFirst())
        }
        return YAMLNode.Key(text: text, span: span)
    }

    /// Reports anchors (and so aliases) and tags.
    private func isPlainYAML(_ node: Node, _ span: Span) -> Bool {
        if let anchor = node.anchor {
            findings.add(
                .yamlFeature,
                at: Span(file: file, position: span.position, length: 1),
                "the anchor `&\(anchor.rawValue)` is not allowed: definitions use no anchors and aliases",
                expected: "the value written out where it is used"
            )
            return false
        }
        let tag =
            switch node {
            case .scalar(let scalar): scalar.tag.description
            case .sequence(let sequence): sequence.tag.description
            case .mapping(let mapping): mapping.tag.description
            case .alias: ""
            }
        guard tag.isEmpty || tag.hasPrefix("tag:yaml.org,2002:") else {
            findings.add(
                .yamlFeature,
                at: span,
                "the tag `\(tag)` is not allowed",
                expected: "no tags"
            )
            return false
        }
        return true
    }

    private func span(of node: Node) -> Span {
        let position = node.mark.map { self.position($0) } ?? .start
        guard case .scalar(let scalar) = node else {
            return Span(file: file, position: position, length: 1)
        }
        let quotes =
            switch scalar.style {
            case .singleQuoted, .doubleQuoted: 2
            default: 0
            }
        let isBlock = scalar.style == .literal || scalar.style == .folded
        let length = isBlock ? 1 : scalar.string.unicodeScalars.count + quotes
        return Span(file: file, position: position, length: max(1, length))
    }

    private func position(_ mark: Mark) -> Diagnostic.Position {
        Diagnostic.Position(line: mark.line, column: mark.column)
    }
}
