import Glibc

/// What the system says about an `errno`, such as `Permission denied`.
package func systemMessage(_ code: Int32) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
}
