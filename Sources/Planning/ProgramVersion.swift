/// The version of this program, as `longshore --version` prints it and processes tell it of themselves.
public enum ProgramVersion {
    /// As in `0.1.0`.
    public static let current = "0.1.0"
}
