/// The plot: where places and values meet.
struct PlotFrame {
    let box: Box
    let scale: ValueScale
    /// Whether places stand below each other and values go from left to right.
    let isSideways: Bool
    /// How far places are apart.
    let distance: Double

    init(_ box: Box, _ scale: ValueScale, places: Int, isSideways: Bool) {
        (self.box, self.scale, self.isSideways) = (box, scale, isSideways)
        distance = (isSideways ? box.height : box.width) / Double(max(places, 1))
    }

    /// The middle of a place, along the axis of places.
    func middle(of place: Int) -> Double {
        (isSideways ? box.top : box.left) + (Double(place) + 0.5) * distance
    }

    /// Where a value lies, along the axis of values.
    func position(of value: Quantity) -> Double {
        let share = scale.position(of: value)
        return isSideways ? box.left + share * box.width : box.bottom - share * box.height
    }

    /// Where a place and a value meet.
    func point(_ place: Int, _ value: Quantity) -> Point {
        point(middle(of: place), position(of: value))
    }

    private func point(_ along: Double, _ position: Double) -> Point {
        isSideways ? Point(x: position, y: along) : Point(x: along, y: position)
    }

    /// What lies between two values, from one place along the axis of places to another.
    func bar(_ sides: ClosedRange<Double>, _ span: ShownSeries.Span) -> Box {
        Box(
            from: point(sides.lowerBound, position(of: span.start)),
            to: point(sides.upperBound, position(of: span.end))
        )
    }

    /// The whole length of the axis of values, from one place along the axis of places to another.
    func band(_ sides: ClosedRange<Double>) -> Box {
        let ends = isSideways ? (box.left, box.right) : (box.top, box.bottom)
        return Box(from: point(sides.lowerBound, ends.0), to: point(sides.upperBound, ends.1))
    }

    /// The same for places beside each other.
    func band(_ places: Range<Int>) -> Box {
        let half = distance / 2
        return band(middle(of: places.lowerBound) - half...middle(of: places.upperBound) - half)
    }
}

extension Box {
    /// The rectangle of two corners that lie opposite each other.
    fileprivate init(from one: Point, to other: Point) {
        self.init(
            left: min(one.x, other.x),
            top: min(one.y, other.y),
            right: max(one.x, other.x),
            bottom: max(one.y, other.y)
        )
    }
}
