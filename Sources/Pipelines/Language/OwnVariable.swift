/// Variables of the environment that are Longshore's own, such as the URLs of its servers with their
/// passwords: no definition may name them.
public enum OwnVariable {
    /// Whether a variable is one of them.
    public static func includes(_ name: String) -> Bool {
        name.utf8.starts(with: "LONGSHORE_".utf8)
    }
}
