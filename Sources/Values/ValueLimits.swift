/// How large what is made of a row's fields may become, in bytes: so memory is bounded whatever a
/// definition asks for (docs/decisions/0042).
public enum ValueLimits {
    /// A text that cleaning or an expression makes: as much as a field of a file may have.
    @inlinable public static var value: Int { 16 << 20 }
    /// What an expression makes on the way to its value.
    @inlinable public static var working: Int { 64 << 20 }
    /// The values of a row, or the parts of a key: as much as a record of a file may have.
    @inlinable public static var row: Int { 64 << 20 }
    /// What is encoded, refused and put aside before somebody takes it.
    @inlinable public static var enough: Int { 8 << 20 }
}
