import CLibPQ

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
}

/// Copies one field of `result`, a `PGresult`; `nil` when the server did not send it.
func errorField(_ field: ErrorField, of result: OpaquePointer) -> String? {
    let text = unsafe PQresultErrorField(result, Int32(field.rawValue.value))
    guard let text = unsafe text else { return nil }
    return unsafe String(cString: text)
}
