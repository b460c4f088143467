import Pipelines
import Rows
import Words

/// What is read of each object of JSON: values at paths, in the order of the columns.
struct JSONColumns: Sendable {
    /// The paths, by which the columns are called.
    var names: [ExactText]
    /// What becomes of objects and arrays, column by column.
    var nesting: [Nesting]
    /// Whether a definition says what is read: a value of which members are read must then have some.
    private(set) var isDeclared = false

    /// The paths that a definition says are read; `nil` where none does.
    var declaredNames: [ExactText]? { isDeclared ? names : nil }

    /// What becomes of an object or array that is a column's value.
    enum Nesting: Sendable {
        /// The row is refused: nobody has asked for one.
        case refused
        /// Its text is kept; a string is kept as what it stands for.
        case kept
        /// The text of any value is kept as it stands there, a string's with its quotes.
        case whole
    }

    /// The columns that a layout reads: those of the type `json` are kept whole.
    init(_ layout: RowLayout) {
        names = layout.sourceColumns
        let whole = Set(layout.plans.filter { $0.type == .json }.map(\.source))
        nesting = names.map { whole.contains($0) ? .whole : .refused }
        isDeclared = true
    }

    /// Columns with these names, whatever they hold.
    init(keeping names: [ExactText]) {
        self.names = names
        nesting = names.map { _ in .kept }
    }

    /// Columns with these names, by the rules of a layout that reads some of them, if there is one.
    init(_ names: [ExactText], of layout: RowLayout?) {
        self.init(keeping: names)
        guard let read = layout.map({ JSONColumns($0) }) else { return }
        let rules = Dictionary(uniqueKeysWithValues: zip(read.names, read.nesting))
        nesting = names.map { rules[$0] ?? .kept }
        isDeclared = true
    }
}
