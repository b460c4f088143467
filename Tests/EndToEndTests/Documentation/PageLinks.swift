import Foundation

/// The links of a page to files of the repository and to headings.
enum PageLinks {
    /// What is wrong with them, with the page and line.
    static func broken(in page: Page) -> [String] {
        let folder = URL(fileURLWithPath: Page.repository + "/" + page.path)
            .deletingLastPathComponent()
        return targets(in: page)
            .compactMap { line, target in
                let parts = target.split(
                    separator: "#",
                    maxSplits: 1,
                    omittingEmptySubsequences: false
                )
                let file =
                    parts[0].isEmpty
                    ? Page.repository + "/" + page.path
                    : folder.appendingPathComponent(String(parts[0])).standardized.path
                guard FileManager.default.fileExists(atPath: file) else {
                    return "\(page.path):\(line): there is no file `\(parts[0])`"
                }
                guard parts.count == 2,
                    let text = try? String(contentsOfFile: file, encoding: .utf8)
                else { return nil }
                guard !anchors(in: text).contains(String(parts[1])) else { return nil }
                return
                    "\(page.path):\(line): no heading of `\(file.split(separator: "/").last ?? "")` "
                    + "gives `#\(parts[1])`"
            }
    }

    /// The targets of links that are no web addresses, outside of blocks, with their lines.
    private static func targets(in page: Page) -> [(Int, String)] {
        let blocks = page.blocks.map { $0.start..<($0.start + $0.lines.count) }
        return page.lines.enumerated()
            .filter { index, _ in !blocks.contains { $0.contains(index) } }
            .flatMap { index, line in
                line.matches(of: /\]\(([^) ]+)\)/)
                    .map { (index + 1, String($0.output.1)) }
                    .filter { !$0.1.contains("://") }
            }
    }

    /// The anchors that GitHub makes of a page's headings.
    private static func anchors(in text: String) -> Set<String> {
        let page = Page(path: "", text: text)
        let blocks = page.blocks.map { $0.start..<($0.start + $0.lines.count) }
        let headings = page.lines.enumerated()
            .filter { index, line in line.hasPrefix("#") && !blocks.contains { $0.contains(index) }
            }
        return Set(
            headings.map { _, line in
                line.drop { $0 == "#" }.drop { $0 == " " }
                    .lowercased()
                    .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
                    .replacing(" ", with: "-")
            }
        )
    }
}
