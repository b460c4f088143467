import Foundation

/// The end of a program's log: what an error message shows of it.
struct LogTail {
    let path: String
    let lines: [Substring]

    init(path: String, lineCount: Int = 12) {
        self.path = path
        let text = FileManager.default.contents(atPath: path)
            .map { data in
                // swift-format-ignore: a log may hold anything; what is not UTF-8 is shown as U+FFFD.
                String(decoding: data.suffix(8_192), as: UTF8.self)
            }
        lines = Array((text ?? "").split(separator: "\n").suffix(lineCount))
    }

    var sentence: String {
        guard !lines.isEmpty else {
            return "its log `\(path)` is empty; run `longshore doctor`, then try again"
        }
        let shown = lines.map { "\n    \($0)" }.joined()
        return "the last lines of its log `\(path)`:\(shown)\n"
            + "Run `longshore doctor`; when it finds nothing, start afresh: "
            + "`longshore down --purge`, then `longshore up`."
    }
}
