import Postgres
import Words

/// How the values of a column become those of another type, as SQL that people run.
///
/// What comes out is what a load of the same source would have written, or the statement says what it
/// changes. Where digits would be lost, or a load would refuse the text, the statement fails by itself:
/// it rounds nothing, and casts no text of which Postgres takes more than a load does.
struct TypeConversion {
    private let from: WarehouseType
    private let to: WarehouseType
    private let column: SQL
    /// Where days begin.
    private let zone: SQL
    /// The type that the values get.
    private var type: SQL { SQL(raw: to.name) }

    /// - Parameters:
    ///   - column: the column's name.
    ///   - from: its type, as `format_type` prints it.
    ///   - to: the type that the definition says.
    ///   - zone: the zone of timestamps that name none.
    init(of column: String, from: String, to: String, zone: String) {
        self.column = "\(id: column)"
        self.from = WarehouseType(from)
        self.to = WarehouseType(to)
        self.zone = "\(literal: zone)"
    }

    /// The expression for `using`; `nil` where only the source can tell the values.
    var expression: SQL? {
        switch (from, to) {
        case (_, .text): text
        case (.text, _): read
        case (.boolean, .integer): "\(column)::integer::\(type)"
        case (.integer, .boolean):
            checked("\(column) in (0, 1)", "\(column) = 1", "is neither 0 nor 1")
        case (.integer, .integer), (.integer, .decimal), (.integer, .float), (.decimal, .float):
            "\(column)::\(type)"
        case (.float, .float): "\(column)::text::\(type)"
        case (.decimal, .integer):
            checked("\(column) = trunc(\(column))", "\(column)::\(type)", "has decimals")
        case (.float, .integer):
            checked(
                "\(column) = trunc(\(column)) and abs(\(column)) <= 9007199254740992",
                "\(column)::\(type)",
                "is no whole number that a float holds with all its digits"
            )
        case (.decimal, .decimal(_, let scale)): decimal(column, scale)
        case (.float, .decimal(_, let scale)):
            decimal("\(column)::text::numeric", scale, also: " and \(isWhole)")
        case (.date, .instant): instant("\(column)::timestamp")
        case (.local, .instant): instant(column)
        case (.instant, .date): "(\(column) at time zone \(zone))::date"
        case (.local, .date): "\(column)::date"
        default: nil
        }
    }

    /// What the values are not that a load would have written; `nil` where they are the same.
    var note: String? {
        switch (from, to) {
        case (.text, .text), (.integer, .decimal), (.integer, .integer), (.uuid, .text): nil
        case (.integer, .text), (.decimal, .text), (.float, .text), (.boolean, .text),
            (.json, .text):
            "the text is as Postgres writes the value, a load has it as the source does "
                + "(`007`, `10.50`, `yes`)"
        case (.date, .text): "a load has the date as the source writes it, this as `2024-01-31`"
        case (.instant, .text), (.local, .text):
            "a load has the time as the source writes it, this as `2024-01-31 00:00:00` in \(zone.text)"
        case (.boolean, .integer): "true becomes 1 and false 0; a load reads nothing but numbers"
        case (.integer, .float), (.decimal, .float):
            "numbers of more than 15 digits are rounded, as a load rounds them"
        case (.float, .decimal), (.float, .integer):
            "what the source had beyond 15 digits is lost already"
        case (.date, .instant): "a day becomes its midnight in \(zone.text)"
        case (.instant, .date), (.local, .date):
            "the time of day goes: what stays is the day in \(zone.text)"
        case (.other, _), (_, .other): nil
        default: nil
        }
    }

    // MARK: Parts

    /// `value`, or the statement fails with the column's value and what is wrong with it.
    private func checked(_ condition: SQL, _ value: SQL, _ problem: String) -> SQL {
        """
        case when \(condition) then \(value) \
        else (\(column) || \(literal: " " + problem))::\(type) end
        """
    }

    /// Whether the text of a float has all of its digits: `extra_float_digits` of a session may cut it.
    private var isWhole: SQL { "\(column)::text::double precision = \(column)" }

    private func decimal(_ value: SQL, _ scale: Int, also condition: SQL = "") -> SQL {
        checked(
            "\(value) = round(\(value), \(raw: "\(scale)"))\(condition)",
            "\(value)::\(type)",
            "has more than \(counted(scale, "decimal"))"
        )
    }

    /// A local time that the zone skips, or has twice, is no instant.
    private func instant(_ local: SQL) -> SQL {
        let value: SQL = "\(local) at time zone \(zone)"
        let back: SQL = "(\(value)) at time zone \(zone) = \(local)"
        let isOnce = (["-", "+"] as [SQL])
            .map { "(\(value) \($0) interval '1 hour') at time zone \(zone) <> \(local)" as SQL }
        return """
            case when \(([back] + isOnce).joined(separator: " and ")) then \(value) \
            else (\(local)::text || ' does not stand once in the zone')::\(type) end
            """
    }

    private var text: SQL {
        switch from {
        case .date: "to_char(\(column), 'YYYY-MM-DD')"
        case .instant: local("(\(column) at time zone \(zone))")
        case .local: local(column)
        case .float:
            """
            case when \(isWhole) then \(column)::text \
            else (\(column) || ' is cut by extra_float_digits')::double precision::text end
            """
        default: "\(column)::text"
        }
    }

    private func local(_ value: SQL) -> SQL {
        """
        to_char(\(value), 'YYYY-MM-DD HH24:MI:SS') \
        || case when date_trunc('second', \(value)) = \(value) \
        then '' else to_char(\(value), '.US') end
        """
    }

    /// Texts that a load reads; Postgres takes `1e5`, ` 7` and `Infinity` as well.
    private var read: SQL? {
        func matching(_ pattern: SQL, _ value: SQL, _ problem: String) -> SQL {
            checked("\(column) ~ '^\(pattern)$'", value, problem)
        }
        let cast: SQL = "\(column)::\(type)"
        switch to {
        case .integer: return matching("[+-]?[0-9]+", cast, "is no whole number")
        case .decimal(_, let scale):
            let number: SQL = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)"
            let value: SQL = "\(column)::numeric"
            return checked(
                "\(column) ~ '^\(number)$' and \(value) = round(\(value), \(raw: "\(scale)"))",
                cast,
                "is no number of at most \(counted(scale, "decimal"))"
            )
        case .float:
            return matching(
                "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?",
                cast,
                "is no number"
            )
        case .boolean:
            return """
                case when lower(\(column)) in ('true', 't', 'yes', 'y', '1') then true \
                when lower(\(column)) in ('false', 'f', 'no', 'n', '0') then false \
                else (\(column) || ' is neither true nor false')::boolean end
                """
        case .date:
            return matching("[0-9]{4}-[0-9]{2}-[0-9]{2}", cast, "is no date like 2024-01-31")
        case .instant:
            let pattern: SQL =
                "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
            return matching(
                pattern,
                "(\(instant("\(column)::timestamp")))",
                "is no time like 2024-01-31 23:59:59"
            )
        case .uuid:
            return matching(
                "[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}",
                cast,
                "is no UUID"
            )
        case .json: return cast
        default: return nil
        }
    }
}
