/// How large a picture is, and its colours.
public struct ChartStyle: Sendable, Hashable {
    /// The colours of a picture.
    public enum Theme: String, Sendable, Hashable, CaseIterable {
        /// On white.
        case light
        /// On a dark ground.
        case dark
        /// As whoever looks at it prefers; what does not know that takes it for light.
        case automatic
    }

    /// Pixels from left to right, 320 to 4,000.
    public let width: Int
    /// Pixels from top to bottom, 280 to 4,000.
    public let height: Int
    /// The colours.
    public let theme: Theme
    /// What the picture's ids begin with, so that several of them may stand in one page: small letters, digits
    /// and `-`; other signs are left out.
    public let identifier: String

    /// A picture's style; sizes are brought into their bounds.
    public init(
        width: Int = 720,
        height: Int = 400,
        theme: Theme = .light,
        identifier: String = "chart"
    ) {
        self.width = min(max(width, 320), 4_000)
        self.height = min(max(height, 280), 4_000)
        self.theme = theme
        self.identifier = String(
            identifier.unicodeScalars
                .filter { "abcdefghijklmnopqrstuvwxyz0123456789-".unicodeScalars.contains($0) }
                .map(Character.init)
        )
    }
}

/// The colours of a chart: those of the console's pages.
struct Palette {
    /// The ground.
    let panel: String
    let ink: String
    let secondInk: String
    let thirdInk: String
    let grid: String
    let line: String
    let stale: String
    /// The fills of series, in their order.
    let series: [String]
    /// The same as text, with the contrast that text needs.
    let names: [String]
    /// The fill of the rest.
    let rest: String

    static let light = Palette(
        panel: "#ffffff",
        ink: "#16202c",
        secondInk: "#465362",
        thirdInk: "#5f6c7b",
        grid: "#e8ecf1",
        line: "#7d8896",
        stale: "#b97f00",
        series: ["#1b6394", "#c97012", "#8794a5", "#7a4f8f"],
        names: ["#1b6394", "#9a5208", "#566171", "#7a4f8f"],
        rest: "#dde2e9"
    )
    static let dark = Palette(
        panel: "#161c24",
        ink: "#e6ebf1",
        secondInk: "#b3bfcc",
        thirdInk: "#8d9aa8",
        grid: "#252e39",
        line: "#66727f",
        stale: "#f2b33c",
        series: ["#5aa9d6", "#f0a850", "#8593a6", "#c08ac8"],
        names: ["#5aa9d6", "#f0a850", "#a3afbd", "#c08ac8"],
        rest: "#2a3440"
    )

    /// The rules of the colours.
    fileprivate var rules: String {
        var rules = [
            ".bg{fill:\(panel)}", ".under{fill:\(series[0])}", "text{fill:\(ink)}",
            ".st{fill:\(secondInk)}",
            ".ax{fill:\(thirdInk)}",
            ".gl{stroke:\(grid)}", ".base{stroke:\(line)}", ".halo{stroke:\(panel)}",
            ".miss{stroke:\(line)}",
            ".stale{stroke:\(stale)}", ".a{stroke:\(panel)}", ".v{stroke:\(panel)}",
            ".pt{fill:\(panel)}",
            ".rest{fill:\(rest);stroke:\(line)}",
        ]
        for (number, colour) in series.enumerated() {
            rules.append(".a\(number){fill:\(colour)}")
            rules.append(".l\(number){stroke:\(colour)}")
            rules.append(".n\(number){fill:\(names[number])}")
        }
        return rules.map { "\(ChartCSS.scope) \($0)" }.joined()
    }
}

/// The rules that stand within a picture, and hold for it alone when it stands in a page.
enum ChartCSS {
    fileprivate static let scope = ".longshore-chart"

    /// The class that the picture has.
    static let pictureClass = "longshore-chart"

    private static let shapes = [
        "text{font:12px \(fonts)}", ".t{font:600 15px \(fonts)}", ".ax{font-size:11px}",
        ".v{font-size:11px;paint-order:stroke;stroke-width:3;stroke-linejoin:round}",
        ".n{font:600 11px \(fonts)}",
        ".gl{stroke-width:1;shape-rendering:crispEdges}",
        ".base{stroke-width:1;shape-rendering:crispEdges}", ".a{stroke-width:1}",
        ".thin{stroke-width:0}",
        ".l{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}",
        ".l1{stroke-dasharray:6 4}", ".l2{stroke-dasharray:2 4}", ".l3{stroke-dasharray:9 3 2 3}",
        ".long{stroke-width:1.5;stroke-dasharray:none}", ".pt{stroke-dasharray:none}",
        ".under{fill-opacity:.14}", ".halo{stroke-width:4}", ".miss{stroke-width:1.5}",
        ".stale{stroke-width:1.5}",
        ".hit{fill:transparent}", ".hit:hover{fill:#808080;fill-opacity:.12}",
    ]

    private static let fonts =
        "Inter,system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"

    /// All rules of a theme.
    static func text(_ theme: ChartStyle.Theme) -> String {
        let rules = shapes.map { "\(scope) \($0)" }.joined()
        switch theme {
        case .light: return rules + Palette.light.rules
        case .dark: return rules + Palette.dark.rules
        case .automatic:
            return rules + Palette.light.rules
                + "@media (prefers-color-scheme:dark){\(Palette.dark.rules)}"
        }
    }
}
