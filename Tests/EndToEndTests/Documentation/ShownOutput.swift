import Foundation

/// Output as a page shows it, compared with output as it is.
///
/// `…` stands for any text within a line, and for any lines when it is alone on one. How long
/// something took is not compared, nor are ports, digests, and the widths of blanks and rules.
struct ShownOutput {
    let lines: [String]
    private let steps: [Step]

    private enum Step {
        case same(shown: Int, real: Int)
        case missing(shown: Int)
        case new(real: Int)
        case skipped(shown: Int)
        case absorbed(real: Int)

        /// A step that stands for a difference.
        var isDifference: Bool {
            switch self {
            case .missing, .new: true
            case .same, .skipped, .absorbed: false
            }
        }
    }

    private let real: [String]

    /// Aligns what is shown with what is real.
    init(_ shown: [String], real: [String]) {
        lines = shown
        self.real = real
        steps = Self.align(shown, real)
    }

    /// Whether the page is right.
    var isRight: Bool { !steps.contains { $0.isDifference } }

    /// Both, line by line: `-` is shown but not real, `+` the other way round.
    var difference: String {
        steps.compactMap { step -> String? in
            switch step {
            case .same(let shown, _), .skipped(let shown): "  " + lines[shown]
            case .missing(let shown): "- " + lines[shown]
            case .new(let index): "+ " + real[index]
            case .absorbed: nil
            }
        }
        .joined(separator: "\n")
    }

    /// What the page should show: lines that are right stay as they are written.
    var corrected: [String] {
        steps.compactMap { step in
            switch step {
            case .same(let shown, _), .skipped(let shown): lines[shown]
            case .new(let index): real[index]
            case .missing, .absorbed: nil
            }
        }
    }

    /// The alignment with the fewest differences.
    private static func align(_ shown: [String], _ real: [String]) -> [Step] {
        let costs = costs(shown, real)
        var steps: [Step] = []
        var (i, j) = (0, 0)
        while i < shown.count || j < real.count {
            let cost = costs[i][j]
            if i < shown.count, shown[i].isEllipsis {
                if costs[i + 1][j] == cost {
                    steps.append(.skipped(shown: i))
                    i += 1
                } else {
                    steps.append(.absorbed(real: j))
                    j += 1
                }
            } else if i < shown.count, j < real.count, matches(shown[i], real[j]),
                costs[i + 1][j + 1] == cost
            {
                steps.append(.same(shown: i, real: j))
                (i, j) = (i + 1, j + 1)
            } else if i < shown.count, costs[i + 1][j] + 1 == cost {
                steps.append(.missing(shown: i))
                i += 1
            } else {
                steps.append(.new(real: j))
                j += 1
            }
        }
        return steps
    }

    /// How many differences there are at least from each pair of lines to the ends.
    private static func costs(_ shown: [String], _ real: [String]) -> [[Int]] {
        var costs = Array(
            repeating: Array(repeating: 0, count: real.count + 1),
            count: shown.count + 1
        )
        for i in stride(from: shown.count, through: 0, by: -1) {
            for j in stride(from: real.count, through: 0, by: -1)
            where i + j < shown.count + real.count {
                var best = Int.max
                if i < shown.count, shown[i].isEllipsis {
                    best = costs[i + 1][j]
                    if j < real.count { best = min(best, costs[i][j + 1]) }
                } else {
                    if i < shown.count { best = min(best, costs[i + 1][j] + 1) }
                    if j < real.count { best = min(best, costs[i][j + 1] + 1) }
                    if i < shown.count, j < real.count, matches(shown[i], real[j]) {
                        best = min(best, costs[i + 1][j + 1])
                    }
                }
                costs[i][j] = best
            }
        }
        return costs
    }

    /// Whether a line of the page is right about a line of output.
    static func matches(_ shown: String, _ real: String) -> Bool {
        let parts = plain(shown).components(separatedBy: "…")
        var rest = plain(real)[...]
        guard rest.hasPrefix(parts[0]) else { return false }
        rest = rest.dropFirst(parts[0].count)
        guard parts.count > 1 else { return rest.isEmpty }
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let found = rest.range(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(parts[parts.count - 1])
    }

    /// A line without what may differ from run to run.
    private static func plain(_ line: String) -> String {
        line.replacing(/[0-9.]+ (ms|s|min)\b( [0-9]+ s\b)?/, with: "<time>")
            .replacing(/[0-9,]+ rows\/s/, with: "<rate>")
            .replacing(/port [0-9]+/, with: "<port>")
            .replacing(/\b[0-9a-f]{64}\b/, with: "<digest>")
            .replacing(/[0-9]+ bytes, sha256 [0-9a-f]{64}/, with: "<digest>")
            .replacing(/--+/, with: "--")
            .replacing(/\s+/, with: " ")
            .trimmingCharacters(in: .whitespaces)
    }
}

extension String {
    fileprivate var isEllipsis: Bool { trimmingCharacters(in: .whitespaces) == "…" }
}
