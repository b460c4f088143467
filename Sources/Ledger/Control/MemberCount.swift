package import Postgres

/// How many rows of a dimension there are, and the sum of their surrogate keys, which no others have; the unknown member is
/// none of them.
package struct MemberCount: Sendable, Hashable {
    /// How many rows.
    package let members: Int64
    /// The sum of their keys: a decimal integer, as it may be longer than 64 bits.
    package let keys: String

    /// Of no row.
    package static let none = MemberCount(members: 0, keys: "0")

    package init(members: Int64, keys: String) {
        self.members = members
        self.keys = keys
    }

    /// Reads the columns `members` and `keys`.
    package init(_ row: PostgresRow) throws {
        members = try row.integer("members", as: Int64.self)
        keys = try row.text("keys")
    }

    /// A query of those that an insertion, which returns the surrogate key as `key`, has given a dimension.
    package static func query(ofInsertion insertion: SQL) -> SQL {
        """
        with given as (\(insertion))
        select count(*) as members, coalesce(sum(key), 0)::text as keys from given
        """
    }
}
