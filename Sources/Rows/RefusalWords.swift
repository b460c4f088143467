import Expressions
import Values
import Words

/// What refusals that are not about one value are called in rejects.
struct RefusalWords: Sendable {
    /// Column, rule and reason.
    typealias Told = (column: String?, rule: String, reason: String)

    private let program: RowProgram
    /// Of the program's columns.
    private let plans: [ValuePlan]
    private var inputNames: [Int: String] = [:]

    init(program: RowProgram, plans: [ValuePlan]) {
        self.program = program
        self.plans = plans
    }

    /// Notes what an input is called.
    mutating func note(_ name: String, of input: Int) {
        if inputNames[input] == nil { inputNames[input] = name }
    }

    /// The words for a refusal of a row of `input`; `shown` gives the source's text of an output's
    /// fields, where it is at hand.
    func told(
        _ refusal: RowWriter.Refusal,
        input: Int,
        shown: (Int) -> String?
    ) -> Told {
        switch refusal {
        case .value: preconditionFailure("a value's refusal has words of its own")
        case .computed(let index, let broken):
            let plan = plans[program.computed[index].column]
            let (rule, reason) = RejectReason(plan: plan).words(forComputed: broken)
            return (plan.name, rule, reason)
        case .uncomputable(let index, let fault):
            let plan = plans[program.computed[index].column]
            let text = plan.expression?.text ?? ""
            return (plan.name, "expression", RejectReason.words(for: fault, expression: text))
        case .check(let index, let fault):
            let check = program.checks[index].check
            let reason = RejectReason.words(for: fault, expression: check.expression.text)
            return (nil, check.name, reason)
        case .period(let misplacement):
            let output = program.period?.output ?? 0
            let reason = program.bounds?.reason(misplacement, shown(output) ?? "it") ?? ""
            return (program.names[output], "period", reason)
        case .other(let index): return told(otherPeriod: index, shown)
        case .key(let index, let isNull): return told(key: index, isNull: isNull, shown)
        case .grain(let first):
            let reason = "has the same \(program.grainNames) and other values"
            return (nil, "grain", "\(words(for: first, input: input)) \(reason)")
        case .unique(let output, let first):
            let value = shown(output) ?? "its value"
            let reason = "has \(value) already, which may stand only once"
            return (program.names[output], "unique", "\(words(for: first, input: input)) \(reason)")
        case .size:
            let limit = "\(ValueLimits.row >> 20) MiB"
            return (nil, "length", "its values take more than \(limit) together")
        }
    }

    private func told(otherPeriod index: Int, _ shown: (Int) -> String?) -> Told {
        let output = program.period?.output ?? 0
        let period = program.others.periods[index]
        let refusal: PeriodRefusal = period.admission == .closed ? .closed : .late
        return (
            program.names[output], refusal.rule,
            refusal.reason(shown(output) ?? "it", in: period.label)
        )
    }

    private func told(key index: Int, isNull: Bool, _ shown: (Int) -> String?) -> Told {
        let plan = program.keyPlans[index]
        let value = shown(program.keys[index].output) ?? "its business key"
        return isNull
            ? (plan.name, "required", "it is empty, and the reference must name a member")
            : (plan.name, "references", "\(value) is no member of what it references")
    }

    /// `line 3`, and of which file when it is another one.
    private func words(for place: RowPlace, input: Int) -> String {
        let file = place.input == input ? "" : " of \(inputNames[place.input] ?? "another input")"
        return "line \(place.line)\(file)"
    }
}
