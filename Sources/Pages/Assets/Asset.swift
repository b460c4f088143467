/// A file that pages need.
package struct Asset: Sendable {
    /// Its bytes.
    package let bytes: [UInt8]
    /// Its media type.
    package let type: String

    /// The file of a name; `nil` where there is none.
    package static func named(_ name: String) -> Asset? {
        switch name {
        case "console.css":
            Asset(bytes: PackageResources.console_css, type: "text/css; charset=utf-8")
        case "console.js":
            Asset(bytes: PackageResources.console_js, type: "text/javascript; charset=utf-8")
        default: nil
        }
    }
}
