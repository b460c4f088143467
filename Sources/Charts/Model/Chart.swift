/// Values with a title, of which there is a picture: ``svg(_:)``.
///
/// The same chart has the same bytes, on every machine: numbers are exact, and written without a locale.
public struct Chart: Sendable {
    /// How values are drawn.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Bars beside each other.
        case bar
        /// Bars on top of each other: the whole and its parts.
        case stackedBar = "stacked_bar"
        /// A line for each series.
        case line
        /// A line for each series, of all that came until then.
        case cumulativeLine = "cumulative_line"
        /// Areas on top of each other: the whole and its parts.
        case area
    }

    /// What the x axis is made of.
    public enum Places: Sendable {
        /// Names, in the order in which they stand.
        case categories([String])
        /// Days, in any order; the steps between them that nobody gave are places without values.
        case days([CalendarDay])
    }

    /// Values that belong together, one for each place; `nil` where there is none, which is not zero.
    public struct Series: Sendable, Hashable {
        /// What the legend says; it may be empty for a single series.
        public let name: String
        /// One for each place.
        public let values: [Quantity?]

        /// A series of values in the order of the places.
        public init(name: String, values: [Quantity?]) {
            self.name = name
            self.values = values
        }
    }

    /// Places whose values are not to be trusted, or not there: they are hatched.
    public struct Mark: Sendable, Hashable {
        /// What the hatching means.
        public enum Kind: String, Sendable, Hashable {
            case missing
            case stale
        }

        /// What it means.
        public let kind: Kind
        /// The places as they were given: names of categories, or written days.
        public let places: [String]

        /// Marks places.
        public init(_ kind: Kind, places: [String]) {
            self.kind = kind
            self.places = places
        }
    }

    /// Places that a chart has room for.
    public static let mostPlaces = 4_000
    /// Series that may be given; ``mostSeriesShown`` of them are shown.
    public static let mostSeriesGiven = 200
    /// Series with a colour of their own.
    public static let mostSeriesShown = 4

    /// How values are drawn.
    public let kind: Kind
    /// What stands on top.
    public let title: String
    /// A line below the title, such as the unit and the time.
    public let subtitle: String
    /// What the x axis shows.
    public let xTitle: String
    /// What the y axis shows.
    public let yTitle: String
    /// How numbers are written.
    public let format: NumberFormat

    /// Whether bars go from left to right, which has room for long names.
    public let isSideways: Bool

    let axis: PlaceAxis
    /// The series as they were given, on the axis's places.
    let given: [Series]
    let marks: [Mark.Kind: Set<Int>]

    /// A chart of series; `sideways` is for bars, and others take no notice of it.
    ///
    /// - Throws: ``ChartError`` when a series has more or fewer values than there are places, when a day stands
    ///   twice, or when there are more places or series than a chart takes.
    public init(
        _ kind: Kind,
        title: String,
        subtitle: String = "",
        xTitle: String = "",
        yTitle: String = "",
        format: NumberFormat = .plain,
        sideways: Bool = false,
        places: Places,
        series: [Series],
        marks: [Mark] = []
    ) throws(ChartError) {
        guard series.count <= Self.mostSeriesGiven else { throw .tooManySeries(series.count) }
        let axis = try PlaceAxis(places)
        var given: [Series] = []
        for series in series { given.append(try axis.placed(series)) }
        self.kind = kind
        self.title = LabelText.visible(title)
        self.subtitle = LabelText.visible(subtitle)
        self.xTitle = LabelText.visible(xTitle)
        self.yTitle = LabelText.visible(yTitle)
        self.format = format
        isSideways = sideways && kind.isBars
        self.axis = axis
        self.given = given
        self.marks = Dictionary(
            marks.map { ($0.kind, axis.indices(of: $0.places)) },
            uniquingKeysWith: { $0.union($1) }
        )
    }

    /// What stands below the plot.
    var bottomTitle: String { isSideways ? yTitle : xTitle }
    /// What stands above the axis on the left.
    var leftTitle: String { isSideways ? xTitle : yTitle }

    /// Whether there is no value to draw.
    public var isEmpty: Bool {
        given.allSatisfy { series in series.values.allSatisfy { $0 == nil } }
    }
}
