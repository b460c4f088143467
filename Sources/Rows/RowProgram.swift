import Expressions
import Values

/// A layout and a header put together: what is done for every row, step by step.
struct RowProgram: Sendable {
    private(set) var steps: [Step] = []
    private(set) var keys: [KeyStep] = []
    private(set) var keyPlans: [KeyPlan] = []
    /// The places of the outputs that identify a row.
    let grain: [Int]
    /// The names of those outputs, for messages.
    let grainNames: String
    /// Values that may stand only once, and what owns them.
    let unique: RowLayout.Unique
    /// The outputs' names, for messages.
    let names: [String]
    /// Whose midnights the days begin with that decide versions.
    let dayZone: ZoneTable
    private(set) var period: PeriodStep?
    /// What the period is called, and those before it.
    private(set) var bounds: PeriodBounds?
    private(set) var others = PeriodsAround()
    /// The output that holds the period's first day, -1 when there is none.
    private(set) var periodOutput = -1
    /// How many outputs count when rows are compared.
    private(set) var contentCount = 0
    private(set) var computed: [ComputedStep] = []
    private(set) var checks: [CheckStep] = []

    /// One output.
    struct Step: BitwiseCopyable {
        enum Kind: UInt8, BitwiseCopyable {
            case value
            case computed
            case key
            case constant
            case rowNumber
            case period
            case origin
        }

        var kind: Kind
        /// A place among the columns, the computed values, the keys or the constants.
        var index: Int
    }

    /// A value to compute.
    struct ComputedStep: Sendable {
        var program: ExpressionProgram
        var result: ExpressionResult
        /// The column with its rules.
        var column: Int
    }

    /// A condition to check.
    struct CheckStep: Sendable {
        var check: RowCheck
        var program: ExpressionProgram
    }

    /// One business key to look up.
    struct KeyStep: BitwiseCopyable {
        var output: Int
        var map: Int
        var firstPart: Int
        var partCount: Int
        /// The output that decides the version, -1 when there is none.
        var asOf: Int
        var isInferred: Bool
        var isRejected: Bool
    }

    /// The bounds of the period, in the encoding of the output that they are about.
    struct PeriodStep: BitwiseCopyable {
        var output: Int
        var first: Int64
        var end: Int64
        /// Where the last period ends whose rows are welcome: `end`, or later.
        var horizon: Int64
        /// The period's first day, as Postgres counts days.
        var day: Int32
    }

    /// The periods around the one that is loaded, and where they begin in the output's encoding.
    struct PeriodsAround: Sendable {
        var periods: [PeriodBounds.Other] = []
        var starts: [Int64] = []

        /// The place among them of a moment that is in one of them; `nil` when it is before all.
        func place(of moment: Int64) -> Int? {
            var (low, high) = (0, starts.count)
            while low < high {
                let middle = (low + high) / 2
                if starts[middle] <= moment { low = middle + 1 } else { high = middle }
            }
            return low == 0 ? nil : low - 1
        }
    }

    /// The constants' encodings, with their lengths.
    private(set) var constants: [[UInt8]] = []

    init(
        layout: RowLayout,
        grain: [Int],
        bounds: PeriodBounds?,
        compiler: inout ColumnCompiler
    ) throws(RowLayoutError) {
        self.grain = grain
        for index in grain where !layout.outputs.indices.contains(index) {
            throw .badIndex("the grain", index)
        }
        unique = layout.unique
        for index in unique.outputs + unique.owner where !layout.outputs.indices.contains(index) {
            throw .badIndex("a unique value", index)
        }
        names = layout.outputs.map(\.name)
        dayZone = try compiler.zone(layout.dayZone)
        grainNames = grain.map { "`\(layout.outputs[$0].name)`" }.joined(separator: ", ")
        for (place, output) in layout.outputs.enumerated() {
            try add(output, at: place, layout: layout, compiler: &compiler)
        }
        contentCount = steps.last?.kind == .origin ? steps.count - 1 : steps.count
        for check in layout.checks { try add(check, to: layout) }
        if let bounds { try add(bounds, to: layout, zones: compiler.zones) }
    }

    private mutating func add(
        _ output: RowLayout.Output,
        at place: Int,
        layout: RowLayout,
        compiler: inout ColumnCompiler
    ) throws(RowLayoutError) {
        switch output {
        case .value(let plan):
            if let expression = plan.expression {
                try add(expression, for: plan, at: place, layout: layout, compiler: &compiler)
            } else {
                steps.append(Step(kind: .value, index: try compiler.add(plan)))
            }
        case .key(let plan):
            steps.append(Step(kind: .key, index: keys.count))
            try add(plan, at: place, layout: layout, compiler: &compiler)
        case .constantInteger(let number):
            var out = ByteSink()
            out.append(bigEndian: 8 as Int32)
            out.append(bigEndian: number)
            steps.append(Step(kind: .constant, index: constants.count))
            constants.append(out.view.array)
        case .constantText(let text):
            var out = ByteSink()
            out.append(bigEndian: Int32(text.utf8.count))
            out.append(Array(text.utf8))
            steps.append(Step(kind: .constant, index: constants.count))
            constants.append(out.view.array)
        case .rowNumber:
            steps.append(Step(kind: .rowNumber, index: 0))
        case .period:
            periodOutput = place
            steps.append(Step(kind: .period, index: 0))
        case .origin:
            steps.append(Step(kind: .origin, index: 0))
        }
    }

    private mutating func add(
        _ plan: KeyPlan,
        at place: Int,
        layout: RowLayout,
        compiler: inout ColumnCompiler
    ) throws(RowLayoutError) {
        if let asOf = plan.asOf, !layout.isTime(asOf) { throw .badIndex("`\(plan.name)`", asOf) }
        var parts: [Int] = []
        for part in plan.parts { parts.append(try compiler.add(part)) }
        guard let first = parts.first else { throw .badIndex("`\(plan.name)`", place) }
        keys.append(
            KeyStep(
                output: place,
                map: plan.map,
                firstPart: first,
                partCount: parts.count,
                asOf: plan.asOf ?? -1,
                isInferred: plan.missing == .infer,
                isRejected: plan.missing == .reject
            )
        )
        keyPlans.append(plan)
    }

    private mutating func add(
        _ expression: RowExpression,
        for plan: ValuePlan,
        at place: Int,
        layout: RowLayout,
        compiler: inout ColumnCompiler
    ) throws(RowLayoutError) {
        do throws(ExpressionError) {
            let scope = layout.scope(before: place)
            let program = try expression.compiled(.value(plan.type.expressionKind), in: scope)
            steps.append(Step(kind: .computed, index: computed.count))
            computed.append(
                ComputedStep(
                    program: program,
                    result: plan.type.expressionResult(plan.reading.rounding ?? .halfUp),
                    column: 0
                )
            )
        } catch {
            throw .badPlan(plan, "`\(expression.text)`: \(error)")
        }
        computed[computed.count - 1].column = try compiler.add(computed: plan)
    }

    private mutating func add(_ check: RowCheck, to layout: RowLayout) throws(RowLayoutError) {
        do throws(ExpressionError) {
            let scope = layout.scope(before: layout.outputs.count)
            let program = try check.expression.compiled(.condition, in: scope)
            checks.append(CheckStep(check: check, program: program))
        } catch {
            throw .badCheck(check, error)
        }
    }

    private mutating func add(
        _ bounds: PeriodBounds,
        to layout: RowLayout,
        zones: [String: ZoneTable]
    ) throws(RowLayoutError) {
        guard layout.isTime(bounds.output), case .value(let plan) = layout.outputs[bounds.output]
        else { throw .badIndex("the period", bounds.output) }
        var start = { (day: Int) in Int64(day - PostgresEpoch.day) }
        if case .timestamp(_, let name) = plan.type {
            let zone = zones[name] ?? .utc
            start = { zone.startOfDay($0) }
        }
        period = PeriodStep(
            output: bounds.output,
            first: start(bounds.firstDay),
            end: start(bounds.endDay),
            horizon: start(bounds.horizon),
            day: Int32(bounds.firstDay - PostgresEpoch.day)
        )
        self.bounds = bounds
        let around = bounds.earlier + bounds.later
        others = PeriodsAround(periods: around, starts: around.map { start($0.firstDay) })
    }
}

extension RowLayout {
    /// The values before an output, as expressions see them.
    fileprivate func scope(before end: Int) -> ExpressionScope {
        var scope = ExpressionScope()
        for (place, output) in outputs.enumerated() {
            switch output {
            case .value(let plan) where place < end:
                scope.add(plan.name, plan.type.expressionKind, output: place)
            case .value(let plan):
                scope.refuse(plan.name, because: "it does not stand before what uses it")
            case .key(let plan):
                scope.refuse(plan.name, because: "it is a reference")
            case .constantInteger, .constantText, .rowNumber, .period, .origin: break
            }
        }
        return scope
    }

    /// Whether an output is a timestamp or a date.
    fileprivate func isTime(_ index: Int) -> Bool {
        guard outputs.indices.contains(index), case .value(let plan) = outputs[index] else {
            return false
        }
        return plan.type.expressionKind == .timestamp || plan.type.expressionKind == .date
    }
}

extension RowLayout.Output {
    /// The output's name in messages.
    var name: String {
        switch self {
        case .value(let plan): plan.name
        case .key(let plan): plan.name
        case .constantInteger, .constantText: "a constant"
        case .rowNumber: "the row's number"
        case .period: "the row's period"
        case .origin: "where the row was read"
        }
    }
}
