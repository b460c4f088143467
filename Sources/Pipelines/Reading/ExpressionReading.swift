internal import Expressions
internal import Rows

/// Reads the expressions of a table: derived columns and checks.
struct ExpressionReading {
    let findings: Findings

    // MARK: Derived columns

    /// The expression of a derived column of `table`; `columns` are those that stand above it.
    func derived(
        _ entry: YAMLNode.Entry,
        type: ColumnType?,
        above columns: Columns,
        in table: YAMLNode
    ) -> RowExpression? {
        guard let node = entry.value["expression"], let text = node.text else { return nil }
        refuseOthers(beside: entry.value, type: type)
        guard let expression = expression(text, at: node), let type else { return nil }
        var scope = scope(of: columns)
        for other in table["columns"]?.entries ?? [] where columns.attribute(other.name) == nil {
            scope.refuse(other.name, because: reason(other, beside: entry, columns))
        }
        return check(expression, .value(type.expressionKind), scope, columns, at: node)
            ? expression : nil
    }

    private func reason(
        _ other: YAMLNode.Entry,
        beside entry: YAMLNode.Entry,
        _ columns: Columns
    ) -> String {
        if other.name == entry.name { return "a column cannot be computed from itself" }
        if other.value.entry("references") != nil { return Self.isReference }
        return "a derived column uses the columns that stand above it"
    }

    private static let isReference = "it is a reference, and expressions use values"

    /// The keys that say how a text is read have no place beside an expression.
    private func refuseOthers(beside column: YAMLNode, type: ColumnType?) {
        for key in ["from", "clean", "format"].compactMap(column.entry) {
            findings.add(
                .keyConflict,
                at: key.key.span,
                "`\(key.name)` stands beside `expression`",
                expected: "no `\(key.name)`: a derived column is computed, not read"
            )
        }
        guard let type, type != .text else { return }
        for key in ["one_of", "matches", "length"].compactMap(column.entry) {
            findings.add(
                .typeMismatch,
                at: key.key.span,
                "`\(key.name)` needs a derived column of type `text`",
                expected: "a condition under the table's `checks`"
            )
        }
    }

    // MARK: Checks

    /// The conditions that every row of `table` must keep.
    func checks(of table: YAMLNode, in columns: Columns) -> [RowCheck] {
        var scope = scope(of: columns)
        for reference in columns.references {
            scope.refuse(reference.name, because: Self.isReference)
        }
        return (table["checks"]?.entries ?? [])
            .compactMap { entry in
                checkName(entry)
                guard let text = entry.value.text,
                    let expression = expression(text, at: entry.value),
                    check(expression, .condition, scope, columns, at: entry.value)
                else { return nil }
                return RowCheck(name: entry.name, expression: expression)
            }
    }

    /// Rules that rejects are told by already.
    private static let ruleNames: Set = [
        "required", "min", "max", "one_of", "matches", "length", "references", "grain", "period",
        "fields", "quotes", "encoding", "expression", "text", "integer", "decimal", "float",
        "boolean", "date", "timestamp", "uuid", "json",
    ]

    private func checkName(_ entry: YAMLNode.Entry) {
        guard Self.ruleNames.contains(entry.name) else { return }
        findings.add(
            .nameReserved,
            at: entry.key.span,
            "the check `\(entry.name)` cannot be: there is a rule of that name",
            expected: "another name, by which rejects can be told"
        )
    }

    // MARK: Expressions

    private func expression(_ text: String, at node: YAMLNode) -> RowExpression? {
        do throws(ExpressionError) {
            return try RowExpression(text)
        } catch {
            report(error, at: node)
            return nil
        }
    }

    private func scope(of columns: Columns) -> ExpressionScope {
        var scope = ExpressionScope()
        for attribute in columns.attributes {
            scope.add(attribute.name, attribute.plan.type.expressionKind)
        }
        return scope
    }

    /// Checks names and types, unless a column is used whose own type has a problem.
    private func check(
        _ expression: RowExpression,
        _ purpose: RowExpression.Purpose,
        _ scope: ExpressionScope,
        _ columns: Columns,
        at node: YAMLNode
    ) -> Bool {
        guard columns.unreadable.isDisjoint(with: expression.columns) else { return true }
        do throws(ExpressionError) {
            try expression.check(purpose, in: scope)
            return true
        } catch {
            report(error, at: node)
            return false
        }
    }

    private func report(_ error: ExpressionError, at node: YAMLNode) {
        let code: Diagnostic.Code =
            switch error.code {
            case .syntax: .valueMalformed
            case .name: .nameUnknown
            case .type: .typeMismatch
            case .limit: .valueRange
            }
        findings.add(
            code,
            at: findings.span(of: node, offset: error.offset, length: error.length),
            error.message,
            expected: error.expected,
            suggestion: error.suggestion
        )
    }
}
