import Pipelines
import Rows
import Words

/// The tables of a draft, and what they have to do with each other.
struct DraftTables {
    /// The tables; those in ``dimensionNames`` are dimensions, the others facts.
    var tables: [DraftTable] = []
    var dimensionNames: Set<String> = []
    var periods: ClosedRange<Period>?
    var calendar: (name: String, first: Day, last: Day)?

    init(_ origins: [DraftOrigin]) {
        var taken: Set<String> = []
        for origin in origins {
            let name = SuggestedName.table(origin.stem, taken: taken)
            taken.insert(name)
            tables.append(Self.table(name, origin))
        }
    }

    var facts: [DraftTable] { tables.filter { !dimensionNames.contains($0.name) } }
    /// The dimensions, each after those that it points to.
    var dimensions: [DraftTable] { tables.filter { dimensionNames.contains($0.name) } }

    private static func table(_ name: String, _ origin: DraftOrigin) -> DraftTable {
        let profile = origin.profile
        var table = DraftTable(
            name: name,
            origin: origin,
            columns: [],
            key: profile.keys.first { $0.allSatisfy { DraftOrigin.isUsable($0.text) } } ?? []
        )
        if origin.parts.count > 1, let name = origin.object {
            // Cut into periods, it has their label there.
            table.pattern = FileSlice(name)?.wildcard
        }
        var unusable: [ExactText] = []
        for column in profile.columns {
            guard DraftOrigin.isUsable(column.name.text) else {
                unusable.append(column.name)
                continue
            }
            let name = SuggestedName.column(column.name.text, taken: table.taken)
            table.columns.append(DraftTable.Column(name: name, profile: column))
        }
        if let doubt = profile.encodingDoubt { table.remarks.append(doubt) }
        if case .csv(let dialect)? = profile.format, dialect.columns != nil {
            table.remarks.append(
                "the first line looks like a row, not like a header: call the columns what they are"
            )
        }
        if let faults = profile.faults {
            table.remarks.append(
                counted(faults.count, "row")
                    + " cannot be read, first line \(faults.firstLine): \(faults.reason)"
            )
        }
        if !profile.otherColumns.isEmpty {
            let names = profile.otherColumns.sorted().texts.inBackticks()
            table.remarks.append("only some of the files have \(names): add what you need")
        }
        table.remarks += remarks(onUnusable: unusable)
        return table
    }

    private static func remarks(onUnusable names: [ExactText]) -> [String] {
        let taken = names.filter { InputColumn(rawValue: $0) != nil }
        let others = names.count - taken.count
        let words = taken.texts.inBackticks()
        return [
            others == 0 ? nil : "columns without a usable name are left out: \(others)",
            taken.isEmpty
                ? nil
                : "left out: \(words); after `from` such a name is what a file tells of itself. Rename the column in the source",
        ]
        .compactMap(\.self)
    }

    // MARK: References between files

    /// Makes a dimension of each table whose key stands in another one.
    mutating func findReferences() {
        for user in tables.indices {
            // The surest first: a column points to one table only.
            var found: [(target: Int, reference: ReferenceSearch.Found)] = []
            for target in tables.indices where user != target {
                guard let search = ReferenceSearch(of: tables[target], in: tables[user]),
                    let reference = search.run()
                else { continue }
                found.append((target, reference))
            }
            found.sort { left, right in
                let (first, second) = (left.reference, right.reference)
                return (first.isNamed ? 1 : 0, first.share) > (second.isNamed ? 1 : 0, second.share)
            }
            let names = tables[user].columns.map(\.profile.name)
            for (target, reference) in found where !points(target, to: user) {
                // No circle: two tables of the same key would point to each other.
                point(from: user, to: target, column: names[reference.place], reference)
            }
        }
    }

    /// Whether a table points to another, perhaps by way of others.
    private func points(_ user: Int, to target: Int) -> Bool {
        tables[user].references
            .contains { reference in
                reference.dimension == tables[target].name
                    || tables.firstIndex { $0.name == reference.dimension }
                        .map { points($0, to: target) } == true
            }
    }

    private mutating func point(
        from user: Int,
        to target: Int,
        column source: ExactText,
        _ found: ReferenceSearch.Found
    ) {
        guard
            let place = tables[user].columns.firstIndex(where: { $0.profile.name == source }),
            let key = tables[target].columns
                .firstIndex(where: { $0.profile.name == tables[target].key[0] })
        else { return }
        let dimension = tables[target].name
        let column = tables[user].columns.remove(at: place)
        // A reference is read as its dimension's key is.
        if column.guess.type != tables[target].columns[key].guess.type {
            tables[target].columns[key].guess = .text("read as text by what points to it")
        }
        if column.isTrimmed { tables[target].columns[key].isTrimmed = true }
        var reference = DraftTable.Reference(
            name: SuggestedName.column(Self.singulars(dimension)[0], taken: tables[user].taken),
            dimension: dimension,
            from: source
        )
        (reference.missing, reference.remark) = Self.missing(column.profile, found, dimension)
        tables[user].references.append(reference)
        dimensionNames.insert(dimension)
    }

    /// What happens to rows whose value is no key, so that each is loaded; and why, in a comment.
    private static func missing(
        _ column: ColumnProfile,
        _ found: ReferenceSearch.Found,
        _ dimension: String
    ) -> (missing: String, remark: String?) {
        let isGuess = found.isNamed ? "" : "; its values say so, not its name"
        if found.share < 1 {
            return (
                "infer", "some are not in \(dimension): a placeholder is made for each" + isGuess
            )
        }
        if !column.isFull { return ("unknown", "some rows have none" + isGuess) }
        return (
            "reject",
            found.isNamed ? nil : "its values are all in \(dimension), its name does not say so"
        )
    }

    /// A table's name in the singular as far as a simple rule finds it, and as it is.
    static func singulars(_ name: String) -> [String] {
        if name.hasSuffix("ies") { return [name.dropLast(3) + "y", name] }
        let isPlural = name.hasSuffix("s") && !name.hasSuffix("ss") && !name.hasSuffix("us")
        return isPlural && name.count > 3 ? [String(name.dropLast()), name] : [name]
    }

    // MARK: Dimensions hidden in a file

    private static let hiddenEndings = ["_id", "_code", "_no", "_number", "_key"]

    /// Makes a dimension of a column like `customer_id` with those that follow from it, as
    /// `customer_name`.
    mutating func findHiddenDimensions() {
        var taken = Set(tables.map(\.name))
        var found: [DraftTable] = []
        for index in tables.indices where !dimensionNames.contains(tables[index].name) {
            for column in tables[index].columns where tables[index].has(column) {
                guard let hidden = hidden(column, in: tables[index]) else { continue }
                let stem = SuggestedName.table(hidden.stem, taken: taken)
                guard let dimension = dimension(stem, column, hidden.followers, of: index) else {
                    continue
                }
                taken.insert(stem)
                found.append(dimension)
                move(column, hidden.followers, of: index, to: stem)
            }
        }
        tables = found + tables
    }

    private func hidden(
        _ column: DraftTable.Column,
        in table: DraftTable
    ) -> (stem: String, followers: [DraftTable.Column])? {
        let source = column.profile.name.text.lowercased()
        guard let ending = Self.hiddenEndings.first(where: { source.hasSuffix($0) }),
            source.count > ending.count, column.profile.isFull, column.profile.distinct >= 2,
            column.profile.distinct * 2 <= column.profile.rows,
            !table.key.contains(column.profile.name)
        else { return nil }
        switch column.profile.guess.type {
        case .text, .integer, .uuid: break
        default: return nil
        }
        let stem = String(source.dropLast(ending.count))
        let columns = table.origin.profile.columns
        guard let place = columns.firstIndex(where: { $0.name == column.profile.name }) else {
            return nil
        }
        let followers = table.columns.filter { other in
            guard other.profile.name != column.profile.name,
                other.profile.name.text.lowercased().hasPrefix(stem + "_"),
                !table.key.contains(other.profile.name),
                let index = columns.firstIndex(where: { $0.name == other.profile.name })
            else { return false }
            return table.origin.profile.rowHashes.decides(place, index)
        }
        return followers.isEmpty ? nil : (stem, followers)
    }

    private func dimension(
        _ name: String,
        _ column: DraftTable.Column,
        _ followers: [DraftTable.Column],
        of index: Int
    ) -> DraftTable? {
        var dimension = tables[index]
        dimension.name = name
        dimension.columns = [column] + followers
        dimension.references = []
        dimension.key = [column.profile.name]
        dimension.remarks = [
            "it stands in the rows of \(tables[index].name): what follows \(column.profile.name) there"
        ]
        guard let slice = dimension.origin.object.flatMap(FileSlice.init) else { return dimension }
        // One file for each period: the dimension reads them all, if the star finds no others.
        let labelled = ObjectPattern(slice.pattern)
        let areSlices = dimension.origin.others
            .filter(slice.isLike)
            .allSatisfy { labelled.period(of: $0, grain: slice.period.grain) != nil }
        guard areSlices else { return nil }
        dimension.pattern = slice.wildcard
        return dimension
    }

    private mutating func move(
        _ column: DraftTable.Column,
        _ followers: [DraftTable.Column],
        of index: Int,
        to dimension: String
    ) {
        let moved = Set(([column] + followers).map(\.profile.name))
        tables[index].columns.removeAll { moved.contains($0.profile.name) }
        tables[index].references
            .append(
                DraftTable.Reference(
                    name: SuggestedName.column(dimension, taken: tables[index].taken),
                    dimension: dimension,
                    from: column.profile.name
                )
            )
        dimensionNames.insert(dimension)
    }
}
