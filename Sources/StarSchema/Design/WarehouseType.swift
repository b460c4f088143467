/// A type of a column, as far as conversions tell types apart.
package enum WarehouseType: Hashable {
    case text
    case integer(String)
    case decimal(precision: Int?, scale: Int)
    case float(String)
    case boolean
    case date
    case instant
    /// A timestamp without a time zone, which no definition has; people make such columns.
    case local
    case uuid
    case json
    case other(String)

    /// The type that `format_type` prints as `name`.
    package init(_ name: String) {
        switch name {
        case "bigint", "integer", "smallint": self = .integer(name)
        case "double precision", "real": self = .float(name)
        case "boolean": self = .boolean
        case "date": self = .date
        case "timestamp with time zone": self = .instant
        case "timestamp without time zone": self = .local
        case "uuid": self = .uuid
        case "jsonb", "json": self = .json
        case "numeric": self = .decimal(precision: nil, scale: 0)
        case let name where name == "text" || name.hasPrefix("character"): self = .text
        case let name where name.hasPrefix("numeric("):
            let numbers = name.dropFirst(8).dropLast().split(separator: ",").compactMap { Int($0) }
            self =
                numbers.count == 2
                ? .decimal(precision: numbers[0], scale: numbers[1]) : .other(name)
        default: self = .other(name)
        }
    }

    /// Its name in SQL.
    var name: String {
        switch self {
        case .text: "text"
        case .integer(let name), .float(let name), .other(let name): name
        case .decimal(let precision, let scale):
            precision.map { "numeric(\($0),\(scale))" } ?? "numeric"
        case .boolean: "boolean"
        case .date: "date"
        case .instant: "timestamp with time zone"
        case .local: "timestamp without time zone"
        case .uuid: "uuid"
        case .json: "jsonb"
        }
    }

    /// Whether it is a decimal that holds every value of `narrower`, another one.
    package func isWider(than narrower: WarehouseType) -> Bool {
        guard case .decimal(let precision?, let scale) = self,
            case .decimal(let narrowPrecision?, let narrowScale) = narrower, self != narrower
        else { return false }
        return scale >= narrowScale && precision - scale >= narrowPrecision - narrowScale
    }

    /// Whether rows have to be written anew where they become decimals of this type.
    func hasMoreDecimals(than name: String) -> Bool {
        guard case .decimal(_, let scale) = self,
            case .decimal(_, let narrowScale) = WarehouseType(name)
        else { return false }
        return scale > narrowScale
    }
}
