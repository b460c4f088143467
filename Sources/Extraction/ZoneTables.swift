import Glibc
public import Rows

/// The time zones of this machine: compiled files by their IANA names.
public enum ZoneTables {
    /// Reads the tables of some zones.
    ///
    /// - Parameters:
    ///   - names: IANA names.
    ///   - folder: Where the files are; the distribution's package `tzdata` puts them there.
    /// - Returns: The tables by name.
    /// - Throws: ``ExtractionError`` for a name that is no zone, or a machine without zones.
    public static func load(
        _ names: Set<String>,
        folder: String = "/usr/share/zoneinfo"
    ) throws(ExtractionError) -> [String: ZoneTable] {
        var tables: [String: ZoneTable] = [:]
        for name in names {
            tables[name] = try name == ZoneTable.utc.name ? .utc : load(name, folder: folder)
        }
        return tables
    }

    private static func load(
        _ name: String,
        folder: String
    ) throws(ExtractionError) -> ZoneTable {
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        guard isName, !name.isEmpty, !name.hasPrefix("/") else {
            throw ExtractionError(
                .zone,
                "`\(name)` is no time zone; a name as `America/Bogota` is expected"
            )
        }
        guard unsafe access(folder, R_OK) == 0 else {
            throw ExtractionError(
                .zone,
                "the time zone `\(name)` cannot be read: there is no `\(folder)`; install the "
                    + "package `tzdata`"
            )
        }
        return try table(name, path: folder + "/" + name)
    }

    private static func table(_ name: String, path: String) throws(ExtractionError) -> ZoneTable {
        do throws(ExtractionError) {
            let file = try OpenFile(path: path, name: name)
            var content: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while case let count = try file.read(into: &buffer), count > 0 {
                content += buffer[..<count]
            }
            return try parse(content, name: name)
        } catch {
            throw ExtractionError(
                .zone,
                "the time zone `\(name)` cannot be read: \(error.message); is it an IANA name, as "
                    + "`America/Bogota`?",
                cause: error
            )
        }
    }

    private static func parse(
        _ content: [UInt8],
        name: String
    ) throws(ExtractionError) -> ZoneTable {
        do throws(ZoneFileError) {
            return try ZoneTable(name: name, tzif: content)
        } catch {
            throw ExtractionError(.zone, error.problem, cause: error)
        }
    }
}
