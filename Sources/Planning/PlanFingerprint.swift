import Digests
import Pipelines

/// All that a plan rests on, part by part, so that a later one can say what has moved.
public struct PlanFingerprint: Sendable, Hashable, Codable {
    /// One thing that a plan rests on.
    public struct Part: Sendable, Hashable, Codable {
        /// What kind of thing it is.
        public var kind: Kind
        /// Its name among those of its kind.
        public var name: String
        /// What it is now, in words; two parts with the same words are the same.
        public var value: String

        /// Creates a part.
        public init(_ kind: Kind, _ name: String, _ value: String) {
            self.kind = kind
            self.name = name
            self.value = value
        }
    }

    /// The kinds of thing that a plan rests on.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// A file of the definition.
        case definition
        /// A parameter of the definition.
        case parameter
        /// The selected periods.
        case periods
        /// An input file.
        case file
        /// A dimension, as the ledger knows it.
        case dimension
        /// A period of a fact, as the control table knows it.
        case period
    }

    /// The parts, by kind and name.
    public let parts: [Part]

    /// Creates a fingerprint; the order of `parts` says nothing.
    public init(_ parts: [Part]) {
        self.parts = parts.sorted { ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name) }
    }

    /// SHA-256 of all parts, in 64 hexadecimal digits: the plan's name.
    public var digest: String {
        var bytes = Array("longshore-plan-1\n".utf8)
        for part in parts {
            let head = "\(part.kind.rawValue) \(part.name.utf8.count) \(part.value.utf8.count)\n"
            bytes += Array((head + part.name + part.value).utf8)
        }
        return SHA256.hexadecimal(bytes)
    }

    /// The first digits of ``digest``, as people are shown it.
    public var shortDigest: String { String(digest.prefix(12)) }

    /// The fewest digits by which a plan is called.
    public static let fewestDigits = 8

    /// The parts that the ledger knows.
    public var ledgerParts: PlanFingerprint {
        PlanFingerprint(parts.filter { $0.kind == .dimension || $0.kind == .period })
    }

    /// What is not in `other` as it is here.
    public func changes(to other: PlanFingerprint) -> [PlanChange] {
        let key = { (part: Part) in part.kind.rawValue + " " + part.name }
        let now = Dictionary(other.parts.map { (key($0), $0) }, uniquingKeysWith: { $1 })
        let before = Dictionary(parts.map { (key($0), $0) }, uniquingKeysWith: { $1 })
        return Set(now.keys).union(before.keys).sorted()
            .compactMap { name in
                guard before[name] != now[name], let part = before[name] ?? now[name] else {
                    return nil
                }
                return PlanChange(
                    kind: part.kind,
                    name: part.name,
                    before: before[name]?.value,
                    after: now[name]?.value
                )
            }
    }
}

/// A part of a plan that is not what it was.
public struct PlanChange: Sendable, Hashable, Codable, CustomStringConvertible {
    /// What kind of thing it is.
    public var kind: PlanFingerprint.Kind
    /// Its name.
    public var name: String
    /// What it was; `nil` when it was not there.
    public var before: String?
    /// What it is; `nil` when it is not there.
    public var after: String?

    /// `the file drops/a.csv: was 10 bytes (sha256 …), is 12 bytes (sha256 …)`.
    public var description: String {
        switch (before, after) {
        case (let before?, let after?): "\(subject): was \(before), is \(after)"
        case (nil, let after?): "\(subject): is new (\(after))"
        default: "\(subject): is there no more"
        }
    }

    private var subject: String {
        switch kind {
        case .definition: "the definition's `\(name)`"
        case .parameter: "the parameter `\(name)`"
        case .periods: "the selected periods"
        case .file: "the file `\(name)`"
        case .dimension, .period: "`\(name)`"
        }
    }
}
