import Pipelines
import Postgres
import Rows

extension Dimension {
    /// A query of the stretch of time in which each row is the one that facts point to.
    ///
    /// It is what a key map answers: a version from its start until the next one's, whatever its own
    /// end; the first one before its start too. `_holds` is false for a row that is valid for no
    /// instant. Columns: `_surrogate`, the business key, `_holds`, `_from`, `_to`.
    func versionRanges(in table: SQL, where condition: SQL = "true") -> SQL {
        """
        select \(id: surrogateKey) as _surrogate, \(ids: key),
            valid_from < valid_to as _holds,
            case when row_number() over range = 1 then '-infinity' else valid_from end as _from,
            lead(valid_from, 1, 'infinity') over range as _to
        from \(table) where \(condition)
        window range as (partition by \(ids: key), valid_from < valid_to order by valid_from)
        """
    }
}

extension Fact {
    /// The references whose version the row's own time decides, to `dimension`.
    func references(asOf dimension: Dimension) -> [Reference] {
        guard periodColumn != nil, dimension.isVersioned else { return [] }
        return references.filter { $0.dimension == dimension.name }
    }

    /// The SQL expression of the instant that decides versions, over a row called `f`; a day begins
    /// with its midnight in `zone`.
    func moment(zone: String) -> SQL {
        guard let periodColumn else { return "'infinity'::timestamptz" }
        let column: SQL = "f.\(id: periodColumn)"
        let attribute = attributes.first { $0.name == periodColumn }
        return switch attribute?.plan.type {
        case .date: "\(column)::timestamp at time zone \(zone)::text"
        default: column
        }
    }

    /// A query of the rows that point to another version than their time asks for, each once for
    /// every reference: its place and period, and the business key.
    ///
    /// - Parameters:
    ///   - rows: the quoted table of the rows.
    ///   - dimension: a dimension with versions.
    ///   - zone: whose midnight a day begins with.
    ///   - ranges: a table or query in parentheses with ``Dimension/versionRanges(in:where:)``.
    ///   - condition: which rows, called `f`, are looked at.
    /// - Returns: the query's columns are `_table`, `_row`, `_period` and `_key`.
    func misplaced(
        in rows: SQL,
        of dimension: Dimension,
        zone: String,
        ranges: SQL,
        where condition: SQL = "true"
    ) -> SQL {
        let moment = moment(zone: zone)
        return references(asOf: dimension)
            .map { reference -> SQL in
                """
                select f.tableoid as _table, f.ctid as _row, f.period as _period,
                    (\(ids: dimension.key, of: "r")) as _key
                from \(rows) f join \(ranges) r on f.\(id: reference.column) = r._surrogate
                where (not r._holds or \(moment) < r._from or \(moment) >= r._to) and (\(condition))
                """
            }
            .joined(separator: " union all ")
    }
}
