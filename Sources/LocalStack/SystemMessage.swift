import Foundation
import Glibc

/// What the system says about an `errno`, such as `Permission denied`.
func systemMessage(_ code: Int32) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
}
