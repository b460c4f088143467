import Values

extension ChartDrawing {
    /// The hatchings that places and legends are filled with.
    func patterns() -> SVGElement {
        var definitions = SVGElement("defs")
        definitions.append(pattern("missing", ["miss"], angle: 45))
        // It lies on fills of any colour, so its lines have an edge of the ground's.
        definitions.append(pattern("stale", ["halo", "stale"], angle: -45))
        return definitions
    }

    private func pattern(_ name: String, _ lineClasses: [String], angle: Double) -> SVGElement {
        var pattern = SVGElement(
            "pattern",
            [
                "id": .text(id(name)), "width": "6", "height": "6",
                "patternUnits": "userSpaceOnUse",
                "patternTransform": "rotate(\(Coordinate.text(angle)))",
            ]
        )
        for lineClass in lineClasses {
            pattern.append(
                SVGElement(
                    "line",
                    ["class": .text(lineClass), "x1": "3", "y1": "0", "x2": "3", "y2": "6"]
                )
            )
        }
        return pattern
    }

    /// A hatched rectangle.
    func hatched(_ box: Box, _ name: String) -> SVGElement {
        var shape = SVGPath()
        shape.rectangle(box)
        return SVGElement(
            "path",
            ["fill": "url(#\(id(name)))", "fill-opacity": ".7", "d": .text(shape.text)]
        )
    }

    /// Places over the whole height; those beside each other are one rectangle.
    func hatching(_ places: Set<Int>, _ name: String) -> [SVGElement] {
        Self.runs(places).map { hatched(layout.frame.band($0), name) }
    }

    /// Places that stand beside each other, as ranges from left to right.
    static func runs(_ places: some Sequence<Int>) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for place in places.sorted() {
            if let last = runs.last, last.upperBound == place {
                runs[runs.count - 1] = last.lowerBound..<place + 1
            } else {
                runs.append(place..<place + 1)
            }
        }
        return runs
    }
}
