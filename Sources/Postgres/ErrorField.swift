import CLibPQ
import Glibc
import Words

/// The fields of a server's error or notice: the protocol's letters (`PG_DIAG_…`).
enum ErrorField: Unicode.Scalar {
    case severity = "V"
    case sqlState = "C"
    case message = "M"
    case detail = "D"
    case hint = "H"
    case context = "W"
    case schema = "s"
    case table = "t"
    case column = "c"
    case constraint = "n"
    case position = "P"
}

/// Copies one field of `result`, a `PGresult`, as ``serverText(_:)`` does; `nil` when the server did not
/// send it.
func errorField(_ field: ErrorField, of result: OpaquePointer) -> String? {
    unsafe serverText(PQresultErrorField(result, Int32(field.rawValue.value)))
}

/// Copies what a server or libpq says; of a long text the beginning and `…`: a server may say as much as it
/// likes.
func serverText(_ text: UnsafePointer<CChar>?) -> String? {
    guard let text = unsafe text else { return nil }
    let limit = 8 << 10
    // With one byte too many it is seen that something is missing.
    let length = unsafe strnlen(text, limit + 1)
    let bytes = unsafe UnsafeRawBufferPointer(start: text, count: length)
    return VisibleText.shortened(unsafe String(decoding: bytes, as: UTF8.self), toBytes: limit)
}
