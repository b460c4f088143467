/// Metrics in the text format of Prometheus, version 0.0.4.
///
/// See <https://prometheus.io/docs/instrumenting/exposition_formats/>.
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
        let labels: KeyValuePairs<String, String>
        let value: Double

        /// A number with its labels: `["pool": "default"]`.
        public init(_ labels: KeyValuePairs<String, String>, _ value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    /// The lines so far, the last one ended too.
    public private(set) var text = ""

    /// No metrics.
    public init() {}

    /// Adds a metric with its samples; nothing when there are none.
    public mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0)=\"\(Self.escaped($1))\"" }
            let braces = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
            text += "\(name)\(braces) \(Self.number(sample.value))\n"
        }
    }

    /// By scalars: CR LF, or a quote behind some letters, is one Character and would stay as it is.
    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func number(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }
}
