/// The frame of COPY's binary format (Postgres manual, COPY, "Binary Format").
///
/// Numbers are big-endian. After the header each row is a 16-bit count of fields, and each field a
/// 32-bit length, -1 for NULL, and its bytes.
public enum BinaryCopy {
    /// What every binary COPY begins with; flags and the extension of the header are zero.
    public static let header: [UInt8] = signature + [0, 0, 0, 0, 0, 0, 0, 0]

    /// What follows the last row: -1 instead of a count of fields.
    public static let trailer: [UInt8] = [0xFF, 0xFF]

    /// The eleven bytes `PGCOPY\n\377\r\n\0`.
    static let signature: [UInt8] = [
        0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00,
    ]
}
