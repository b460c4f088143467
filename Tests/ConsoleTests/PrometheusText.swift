/// A strict reader of Prometheus' text format, version 0.0.4, by bytes.
///
/// See <https://prometheus.io/docs/instrumenting/exposition_formats/>: lines end with LF; in help `\\`
/// and `\n`, in the value of a label `\"` too; no other escape exists.
struct PrometheusText {
    struct Label: Hashable {
        var name: [UInt8]
        var value: [UInt8]

        init(_ name: String, _ value: String) {
            (self.name, self.value) = (Array(name.utf8), Array(value.utf8))
        }
    }

    struct Sample: Equatable {
        var name: String
        var labels: [Label]
        var value: String
    }

    /// A text that does not follow the format.
    struct Malformed: Error { var line: [UInt8] }

    private(set) var samples: [Sample] = []
    private(set) var help: [[UInt8]] = []

    init(_ text: String) throws {
        let lines = Array(text.utf8)
            .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.last == [] else { throw Malformed(line: Array(text.utf8)) }
        for line in lines.dropLast() {
            var cursor = Cursor(rest: line)
            if cursor.takes("# HELP ") {
                _ = try cursor.name()
                try cursor.expect(" ")
                help.append(try cursor.escaped(until: nil))
            } else if !cursor.takes("# TYPE ") {
                samples.append(try cursor.sample())
            }
        }
    }

    private struct Cursor {
        var rest: ArraySlice<UInt8>

        mutating func takes(_ text: String) -> Bool {
            guard rest.starts(with: text.utf8) else { return false }
            rest = rest.dropFirst(text.utf8.count)
            return true
        }

        mutating func expect(_ text: String) throws {
            guard takes(text) else { throw Malformed(line: Array(rest)) }
        }

        mutating func name() throws -> String {
            let isPart: (UInt8) -> Bool = {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_")
            }
            let name = rest.prefix(while: isPart)
            guard !name.isEmpty else { throw Malformed(line: Array(rest)) }
            rest = rest.dropFirst(name.count)
            return String(decoding: name, as: UTF8.self)
        }

        mutating func sample() throws -> Sample {
            var sample = Sample(name: try name(), labels: [], value: "")
            if takes("{") {
                repeat { sample.labels.append(try label()) } while takes(",")
                try expect("}")
            }
            try expect(" ")
            sample.value = String(decoding: rest, as: UTF8.self)
            guard Double(sample.value) != nil else { throw Malformed(line: Array(rest)) }
            return sample
        }

        mutating func label() throws -> Label {
            var label = Label(try name(), "")
            try expect("=\"")
            label.value = try escaped(until: UInt8(ascii: "\""))
            return label
        }

        /// Text to a quote, which is taken too; or help, to the line's end.
        mutating func escaped(until end: UInt8?) throws -> [UInt8] {
            var text: [UInt8] = []
            while let byte = rest.popFirst() {
                if byte == end { return text }
                guard byte == UInt8(ascii: "\\") else {
                    text.append(byte)
                    continue
                }
                switch rest.popFirst() {
                case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
                case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
                case UInt8(ascii: "\"") where end != nil: text.append(UInt8(ascii: "\""))
                default: throw Malformed(line: Array(rest))
                }
            }
            guard end == nil else { throw Malformed(line: []) }
            return text
        }
    }
}
