import Words

/// Metrics in the text format of Prometheus, version 0.0.4.
///
/// See <https://prometheus.io/docs/instrumenting/exposition_formats/>. A text that holds something
/// invisible, such as the name of a worker, is shown as everywhere else; then it is escaped.
public struct MetricsText: Sendable {
    /// What a number does with time.
    public enum Kind: String, Sendable {
        /// It only grows, until its process starts anew.
        case counter
        /// It goes up and down.
        case gauge
    }

    /// One number, and what it is of.
    public struct Sample: Sendable {
        let labels: [(key: String, value: String)]
        let value: Double

        /// A number with its labels: `["pool": "default"]`, and more of them behind these.
        public init(
            _ labels: KeyValuePairs<String, String>,
            and others: KeyValuePairs<String, String> = [:],
            _ value: Double
        ) {
            self.labels = Array(labels) + Array(others)
            self.value = value
        }

        /// `{worker="a",result="loaded"}`; empty without labels.
        fileprivate var series: String { MetricsText.series(labels) }
    }

    /// How many values there were, and what they are of.
    public struct Distribution: Sendable {
        let labels: KeyValuePairs<String, String>
        let bounds: [Double]
        let counts: [Int]
        let sum: Double

        /// Values by their upper bounds, which ascend; the last count is of those above all bounds.
        public init(
            _ labels: KeyValuePairs<String, String>,
            bounds: [Double],
            counts: [Int],
            sum: Double
        ) {
            self.labels = labels
            self.bounds = bounds
            self.counts = counts
            self.sum = sum
        }
    }

    /// The lines so far, the last one ended too.
    public private(set) var text = ""

    /// No metrics.
    public init() {}

    /// Adds a metric with its samples; nothing when there are none.
    ///
    /// What is no finite number is left out, and so is what has the labels of a sample before it: a
    /// reader would refuse the whole text for it.
    public mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        var seen: Set<[UInt8]> = []
        let lines =
            samples
            .filter { $0.value.isFinite && seen.insert(Array($0.series.utf8)).inserted }
            .map { "\(name)\($0.series) \(Self.number($0.value))\n" }
        guard !lines.isEmpty else { return }
        text += "# HELP \(name) \(Self.escaped(help: help))\n# TYPE \(name) \(kind.rawValue)\n"
        text += lines.joined()
    }

    /// Adds a histogram; nothing when there are no values.
    ///
    /// Each bound counts all values up to it, as the format wants it.
    public mutating func add(_ name: String, _ help: String, _ distributions: [Distribution]) {
        guard !distributions.isEmpty else { return }
        text += "# HELP \(name) \(Self.escaped(help: help))\n# TYPE \(name) histogram\n"
        for distribution in distributions {
            var total = 0
            let labels = Array(distribution.labels)
            for (bound, count) in zip(distribution.bounds + [.infinity], distribution.counts) {
                total += count
                let limit = bound.isFinite ? Self.number(bound) : "+Inf"
                let series = Self.series(labels + [(key: "le", value: limit)])
                text += "\(name)_bucket\(series) \(total)\n"
            }
            let series = Self.series(labels)
            text += "\(name)_sum\(series) \(Self.number(distribution.sum))\n"
            text += "\(name)_count\(series) \(total)\n"
        }
    }

    fileprivate static func series(
        _ labels: some Sequence<(key: String, value: String)>
    ) -> String {
        let pairs = labels.map { "\($0.key)=\"\(escaped(value: $0.value))\"" }
        return pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
    }

    fileprivate static func escaped(value: String) -> String {
        escaped(value, ["\\": "\\\\", "\"": "\\\"", "\n": "\\n"])
    }

    private static func escaped(help: String) -> String {
        escaped(help, ["\\": "\\\\", "\n": "\\n"])
    }

    /// By scalars: a quote behind some letters is one Character with them, and would stay as it is.
    private static func escaped(_ text: String, _ escapes: [Unicode.Scalar: String]) -> String {
        var escaped = ""
        for scalar in VisibleText.lines(text).unicodeScalars {
            if let escape = escapes[scalar] {
                escaped += escape
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func number(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }
}
