/// Steps of axes that people read.
enum AxisSteps {
    /// Seconds between two marks of time, so that there are at most so many.
    static func seconds(over length: Double, atMost count: Int) -> Double {
        let steps = [
            0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600,
            43_200, 86_400, 604_800,
        ]
        return steps.first { length / $0 <= Double(count) } ?? length / Double(count)
    }

    /// A round step, so that a number has at most so many of them.
    static func numbers(upTo most: Double, atMost count: Int) -> Double {
        var size = 1.0
        while true {
            for step in [1.0, 2, 5] where most / (step * size) <= Double(count) {
                return step * size
            }
            size *= 10
        }
    }

    /// A time on an axis: `25 s`, `4 min`, `2 h`.
    static func label(_ seconds: Double, step: Double) -> String {
        switch step {
        case 3_600...: "\(short(seconds / 3_600)) h"
        case 60...: "\(short(seconds / 60)) min"
        default: "\(short(seconds)) s"
        }
    }

    private static func short(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths.isMultiple(of: 10)
            ? String(tenths / 10) : "\(tenths / 10).\(abs(tenths % 10))"
    }
}
