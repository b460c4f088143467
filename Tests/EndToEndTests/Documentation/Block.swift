import Foundation

/// A fenced block of a page.
struct Block: Sendable {
    /// The first word after the fence: `yaml`, `console`, …; empty when there is none.
    let language: String
    /// `title="…"`: the file that the block is.
    let title: String?
    /// `in="…"`: the place in the page's definition that the block is a part of.
    let place: String?
    /// What stands between the fences, without the fence's own indentation.
    let lines: [String]
    /// The index of the first of `lines` in the page.
    let start: Int
    /// Blanks before the fence, as in a list.
    let indentation: Int
    /// What the page says between the block before and this one.
    let prose: String

    var text: String { lines.joined(separator: "\n") + "\n" }

    /// The blocks of a page, in order.
    static func all(in page: Page) -> [Block] {
        var blocks: [Block] = []
        var index = 0
        var proseStart = 0
        while index < page.lines.count {
            let fence = page.lines[index]
            let indentation = fence.prefix { $0 == " " }.count
            let ticks = fence.dropFirst(indentation).prefix { $0 == "`" }
            let info = fence.dropFirst(indentation + ticks.count)
            guard ticks.count >= 3, !info.contains("`") else {
                index += 1
                continue
            }
            let body = page.lines[(index + 1)...]
            let end =
                body.firstIndex { line in
                    let bare = line.drop { $0 == " " }
                    return bare.hasPrefix(ticks) && bare.allSatisfy { $0 == "`" }
                } ?? page.lines.endIndex
            blocks.append(
                Block(
                    info: String(info),
                    lines: page.lines[(index + 1)..<end]
                        .map { line in
                            String(
                                line.dropFirst(min(indentation, line.prefix { $0 == " " }.count))
                            )
                        },
                    start: index + 1,
                    indentation: indentation,
                    prose: page.lines[proseStart..<index].joined(separator: "\n")
                )
            )
            index = end + 1
            proseStart = min(index, page.lines.count)
        }
        return blocks
    }

    private init(info: String, lines: [String], start: Int, indentation: Int, prose: String) {
        language = String(info.prefix { !$0.isWhitespace })
        title = Self.attribute("title", of: info)
        place = Self.attribute("in", of: info)
        self.lines = lines
        self.start = start
        self.indentation = indentation
        self.prose = prose
    }

    private static func attribute(_ name: String, of info: String) -> String? {
        guard let begin = info.range(of: " \(name)=\"") else { return nil }
        return String(info[begin.upperBound...].prefix { $0 != "\"" })
    }
}
