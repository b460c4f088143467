/// Kimball's unknown member: the row that facts point to when there is nothing to point to.
package enum UnknownMember {
    /// Its surrogate key in every dimension.
    package static let key: Int64 = -1
}
