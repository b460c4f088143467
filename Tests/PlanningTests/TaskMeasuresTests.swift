import Planning
import Testing

@Suite("What is measured of attempts")
struct TaskMeasuresTests {
    private static let begin = ContinuousClock.now
    private static let subject = TaskMeasures.Subject(pipeline: "shop", table: "shop.fact_sale")

    private static func measure(
        _ steps: [(Step, Double)],
        subject: TaskMeasures.Subject? = subject,
        end: Double
    ) -> AttemptMeasure {
        var measure = AttemptMeasure()
        measure.subject = subject
        for (step, seconds) in steps { measure.reached(step, at: begin + .seconds(seconds)) }
        measure.end(at: begin + .seconds(end))
        return measure
    }

    @Test("an attempt is measured from its beginning, and its parts by the steps that end them")
    func parts() {
        let steps: [(Step, Double)] = [
            (.claimed, -1), (.begun, 0), (.opened, 0.5), (.extracting, 1), (.copied, 4.5),
            (.swapped, 5), (.recorded, 5.25), (.committing, 5.5), (.committed, 7.25),
        ]
        var measures = TaskMeasures()
        measures.add(
            Self.measure(steps, end: 8),
            .loaded(RowCounts(read: 3, loaded: 2, rejected: 1))
        )
        let ending = TaskMeasures.Ending(subject: Self.subject, result: .loaded)
        #expect(measures.durations[ending]?.sum == 8)
        let parts = TaskMeasures.Phase.allCases.map { measures.phases[$0]?.sum }
        #expect(parts == [0.5, 4, 0.5, 0.25, 2])
        #expect(measures.rows[Self.subject]?.loaded == 2)
    }

    @Test("who finds nothing to do is not measured; who fails is, without rows")
    func others() {
        var measures = TaskMeasures()
        let nothing = Self.measure([(.begun, 0), (.committed, 3)], subject: nil, end: 3)
        measures.add(nothing, .alreadyDone)
        #expect(measures == TaskMeasures())
        let failure = TaskFailure(code: "audit.rows", message: "no", isRetryable: false)
        measures.add(Self.measure([(.begun, 0), (.opened, 1)], end: 2), .failed(failure))
        let ending = TaskMeasures.Ending(subject: Self.subject, result: .failed)
        #expect(measures.durations[ending]?.sum == 2)
        #expect(measures.rows == [Self.subject: RowCounts()])
    }

    @Test("of an attempt that begins once more only the last begin counts")
    func again() {
        let steps: [(Step, Double)] = [
            (.begun, 0), (.opened, 1), (.copied, 5), (.begun, 6), (.opened, 8), (.copied, 9),
        ]
        let measure = Self.measure(steps, end: 10)
        #expect(measure.seconds == 4)
        #expect(measure.phases == [.open: 2, .copy: 1])
    }

    @Test("a value is counted in the first bound that it does not exceed")
    func bounds() {
        var histogram = Histogram(bounds: [1, 10])
        for value in [0, 1, 1.5, 10, 11] { histogram.add(value) }
        #expect(histogram.counts == [2, 2, 1])
        #expect(histogram.sum == 23.5)
    }
}
