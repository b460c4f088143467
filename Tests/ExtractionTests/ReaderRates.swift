import Foundation
import Pipelines
import Rows
import Testing
import Words

@testable import Extraction

/// How fast the same rows are read as CSV, as JSON lines and in fixed width; `make bench-readers` runs it.
@Suite(
    "Rates of readers",
    .enabled(if: ProcessInfo.processInfo.environment["LONGSHORE_BENCH"] != nil)
)
struct ReaderRates {
    private static let names = [
        "call_id", "started_at", "agent_id", "client_id", "campaign_code", "outcome_code",
        "duration_s",
        "promise_amount", "promise_kept", "notes",
    ]
    private static let widths = [12, 19, 6, 9, 8, 4, 5, 12, 5, 40]
    private static let rows = 200_000
    private static let rounds = 7
    private static let chunk = 256 << 10

    private static func row(_ number: Int) -> [String] {
        let mixed = number &* 2_654_435_761 % 1_000_003
        return [
            "c\(100_000_000 + number)",
            "2024-01-\(10 + mixed % 20) 0\(mixed % 9):\(10 + mixed % 50):1\(mixed % 9)",
            "A\(1_000 + mixed % 900)", "\(10_000_000 + mixed)", "CAMP\(mixed % 9)",
            "O\(10 + mixed % 20)",
            "\(mixed % 4_000)", "\(mixed % 90_000).\(10 + mixed % 89)",
            mixed % 2 == 0 ? "true" : "false",
            mixed % 3 == 0 ? "" : "called back, promised for day \(mixed % 28)",
        ]
    }

    private static let layout = RowLayout(
        names.map { .value(ValuePlan(name: $0, source: ExactText($0), type: .text)) }
    )

    /// The same rows in each format.
    private static func inputs() -> [(format: Format, bytes: [UInt8])] {
        let fixed = FixedWidth(zip(names, widths).map { FixedWidth.Column($0, $1) })
        var csv = names.joined(separator: ",") + "\n"
        var json = ""
        var columns = ""
        for number in 0..<rows {
            let row = row(number)
            csv += row.map { $0.contains(",") ? "\"\($0)\"" : $0 }.joined(separator: ",") + "\n"
            // Numbers and truths are bare, and what is empty is left out, as programs write it.
            let members = zip(names, row).enumerated()
                .compactMap { index, member -> String? in
                    guard !member.1.isEmpty else { return nil }
                    return "\"\(member.0)\":"
                        + ((6...8).contains(index) ? member.1 : "\"\(member.1)\"")
                }
            json += "{\(members.joined(separator: ","))}\n"
            columns +=
                zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
                .joined() + "\n"
        }
        return [
            (.csv(CSVDialect()), Array(csv.utf8)), (.jsonLines(), Array(json.utf8)),
            (.fixed(fixed), Array(columns.utf8)),
        ]
    }

    /// Seconds, and the rows and bytes of fields that came.
    private static func read(
        _ bytes: [UInt8],
        _ format: Format
    ) throws -> (seconds: Double, rows: Int, size: Int) {
        var decoder = format.decoder(name: "x", input: 0, layout: layout)
        var (count, size) = (0, 0)
        func take(_ batch: RowBatch?) {
            guard let batch else { return }
            #expect(batch.faults.isEmpty)
            count += batch.rows.count
            for row in batch.rows {
                for field in 0..<row.fieldCount {
                    size += batch.fields[row.firstField + field].length
                }
            }
        }
        let time = try ContinuousClock()
            .measure {
                var start = 0
                while start < bytes.count {
                    let end = min(start + chunk, bytes.count)
                    take(try decoder.read(bytes.span.extracting(start..<end)))
                    while decoder.hasMore { take(try decoder.read([UInt8]().span)) }
                    start = end
                }
                take(try decoder.finish())
            }
        return (time / .seconds(1), count, size)
    }

    @Test("the same rows, in turn")
    func rates() throws {
        let inputs = Self.inputs()
        var seconds: [[Double]] = inputs.map { _ in [] }
        for _ in 0..<Self.rounds {
            var sizes: Set<Int> = []
            for (index, input) in inputs.enumerated() {
                let read = try Self.read(input.bytes, input.format)
                #expect(read.rows == Self.rows)
                sizes.insert(read.size)
                seconds[index].append(read.seconds)
            }
            #expect(sizes.count == 1, "the formats gave other values")
        }
        let medians = seconds.map { $0.sorted()[Self.rounds / 2] }
        for (index, input) in inputs.enumerated() {
            let rate = Double(input.bytes.count) / medians[index] / 1e6
            print(
                "\(input.format.key): \(Self.rows) rows, \(input.bytes.count) bytes, "
                    + String(
                        format: "%.0f MB/s, %.2f × the rows/s of CSV, ",
                        rate,
                        medians[0] / medians[index]
                    )
                    + String(
                        format: "%.2f × its bytes/s",
                        rate / (Double(inputs[0].bytes.count) / medians[0] / 1e6)
                    )
            )
        }
    }
}
