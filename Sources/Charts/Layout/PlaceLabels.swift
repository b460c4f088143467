/// The labels below an x axis.
struct PlaceLabels: Sendable {
    /// A label of a place.
    struct Label: Sendable, Hashable {
        let place: Int
        /// One line or two.
        let lines: [String]
    }

    /// Whether they lean, because they do not fit beside each other.
    let areSlanted: Bool
    let labels: [Label]
    /// The pixels that they take below the axis.
    let height: Double

    static let size = 11.0
    static let lineHeight = 14.0
    /// Sine and cosine of the slant of 45 degrees.
    static let slant = 0.7072
    private static let spaceBetween = 8.0
    private static let longestSlanted = 130.0
    /// The part of the picture's height that slanted labels may take.
    private static let slantedShare = 0.3

    /// Labels for an axis whose places are `distance` pixels apart, the first of them `start` pixels from the
    /// left edge of a picture of a size.
    init(_ axis: PlaceAxis, distance: Double, start: Double, size: Point) {
        if let step = axis.step {
            let labels = CalendarLabels(axis.days, step)
            self.init(calendar: labels, distance: distance, start: start, right: size.x)
        } else {
            self.init(names: axis.names, distance: distance, start: start, height: size.y)
        }
    }

    /// Labels on the left of an axis whose places stand `distance` pixels below each other: every one of them, or as many
    /// as have room; each of `room` pixels at most.
    init(sideways names: [String], distance: Double, room: Double) {
        areSlanted = false
        height = 0
        let every = max(Int((Self.lineHeight / distance).rounded(.up)), 1)
        labels = stride(from: 0, to: names.count, by: every)
            .map { place in
                let text = TextWidth.shortened(names[place], size: Self.size, to: room)
                return Label(place: place, lines: [text])
            }
    }

    /// The pixels of the widest of them.
    var width: Double { labels.flatMap(\.lines).map(Self.width).max() ?? 0 }

    private init(flat labels: [Label]) {
        areSlanted = false
        self.labels = labels
        let lines = labels.map(\.lines.count).max() ?? 0
        height = Double(lines) * Self.lineHeight + 6
    }

    private init(calendar: CalendarLabels, distance: Double, start: Double, right: Double) {
        self.init(
            flat: calendar.labels { labels in
                let widest = labels.flatMap(\.lines).map(Self.width).max() ?? 0
                let last = start + Double(labels.last?.place ?? 0) * distance
                return last + widest / 2 <= right
                    && zip(labels, labels.dropFirst())
                        .allSatisfy {
                            Double($1.place - $0.place) * distance >= widest + Self.spaceBetween
                        }
            }
        )
    }

    private init(names: [String], distance: Double, start: Double, height: Double) {
        let width = distance - Self.spaceBetween
        let wrapped = names.map { TextWidth.lines($0, size: Self.size, width: width) }
        let fits = zip(names, wrapped)
            .allSatisfy {
                $1.joined(separator: " ") == $0 && $1.allSatisfy { Self.width($0) <= width }
            }
        if fits {
            self.init(flat: wrapped.enumerated().map { Label(place: $0, lines: $1) })
        } else {
            self.init(slanted: names, distance: distance, start: start, height: height)
        }
    }

    /// Every name leans, or every second or third where there is no room for more.
    private init(slanted names: [String], distance: Double, start: Double, height: Double) {
        areSlanted = true
        let every = max(Int((Self.lineHeight / Self.slant / distance).rounded(.up)), 1)
        let room = (height * Self.slantedShare - Self.lineHeight) / Self.slant
        labels = stride(from: 0, to: names.count, by: every)
            .map { place in
                // It must not reach over the left edge.
                let before = (start + Double(place) * distance - 4) / Self.slant
                let longest = min(before, room, Self.longestSlanted)
                let text = TextWidth.shortened(names[place], size: Self.size, to: longest)
                return Label(place: place, lines: [text])
            }
        let longest = labels.map { Self.width($0.lines[0]) }.max() ?? 0
        self.height = longest * Self.slant + Self.lineHeight + 4
    }

    static func width(_ text: String) -> Double { TextWidth.of(text, size: size) }
}
