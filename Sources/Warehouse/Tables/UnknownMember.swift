/// Kimball's unknown member: the row that facts point to when there is nothing to point to.
enum UnknownMember {
    /// Its surrogate key in every dimension.
    static let key: Int64 = -1
}
