package import Markup

/// How something stands, with a shape of its own beside its colour.
public enum StateMark: String, Sendable, Hashable, Codable, CaseIterable {
    case loaded
    case loading
    case stale
    case failed
    case closed
    case pending
    case overdue

    /// The sign beside a word, 16 by 16 pixels.
    package var sign: Markup {
        svg(.size(16, 16), .decorative) {
            switch self {
            case .loaded:
                rect(.class("f-loaded"), .box(1.5, 1.5, 13, 13, radius: 3))
                path(.class("g"), .outline("M4.5 8.3 7 10.8 11.5 5.6"))
            case .loading:
                rect(.class("f-loading"), .box(1.5, 1.5, 13, 13, radius: 3))
                path(.class("g"), .outline("M4.6 8h6M8.4 5.4 11.2 8 8.4 10.6"))
            case .stale:
                rect(.class("f-stale"), .box(1.5, 1.5, 13, 13, radius: 3))
                path(.class("g"), .outline("M8 4.4V8.2L10.4 9.8"))
            case .failed:
                rect(.class("f-failed"), .box(1.5, 1.5, 13, 13, radius: 3))
                path(.class("g"), .outline("M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4"))
            case .closed:
                rect(.class("f-closed"), .box(1.5, 1.5, 13, 13, radius: 3))
                path(.class("g"), .outline("M6.2 7.6V6.2a1.8 1.8 0 0 1 3.6 0v1.4"))
                rect(.class("g-fill"), .box(5.2, 7.4, 5.6, 4, radius: 0.8))
            case .pending:
                rect(.class("f-pending"), .box(2.25, 2.25, 11.5, 11.5, radius: 2.5))
            case .overdue:
                rect(.class("f-pending"), .box(2.25, 2.25, 11.5, 11.5, radius: 2.5))
                path(.class("due"), .outline("M8 4.6v4"))
                circle(.class("duef"), .centre(8, 11.2, radius: 1.1))
            }
        }
    }

    /// The sign with a word.
    package func word(_ word: String? = nil) -> Markup {
        span(.class("st \(rawValue)")) {
            sign
            word ?? rawValue
        }
    }

    /// The sign of a period in the grid, 22 by 20 pixels; a corner tells of open rejects.
    package func cell(hasRejects: Bool) -> Markup {
        svg(.size(22, 20), .decorative) {
            shape
            if hasRejects { path(.class("notch"), .outline("M14.5 0H19a3 3 0 0 1 3 3v4.5z")) }
        }
    }

    @MarkupBuilder private var shape: Markup {
        switch self {
        case .loaded:
            rect(.class("t-loaded"), .whole)
            path(.class("q"), .outline("M7.6 10.4 10 12.6 14.4 7.6"))
        case .loading:
            rect(.class("f-loading now"), .whole)
            path(.class("g"), .outline("M7 10h7M11.4 7.2 14.2 10 11.4 12.8"))
        case .stale:
            rect(.class("f-stale"), .whole)
            circle(.class("g thin"), .centre(11, 10, radius: 5))
            path(.class("g"), .outline("M11 7.4V10.2L12.8 11.4"))
        case .failed:
            rect(.class("f-failed"), .whole)
            path(.class("g"), .outline("M8 7l6 6M14 7l-6 6"))
        case .closed:
            rect(.class("t-closed"), .whole)
            path(.class("qc"), .outline("M9 9.4V8a2 2 0 0 1 4 0v1.4"))
            rect(.class("qcf"), .box(8, 9.2, 6, 4.4, radius: 0.8))
        case .pending:
            rect(.class("f-pending"), .box(0.75, 0.75, 20.5, 18.5, radius: 2.5))
        case .overdue:
            rect(.class("f-pending"), .box(0.75, 0.75, 20.5, 18.5, radius: 2.5))
            path(.class("due"), .outline("M11 5.5v5"))
            circle(.class("duef"), .centre(11, 14, radius: 1.2))
        }
    }
}

extension Attribute {
    /// The whole cell of a grid.
    fileprivate static let whole = Attribute.box(0, 0, 22, 20, radius: 3)
}
