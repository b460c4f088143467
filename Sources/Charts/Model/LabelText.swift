import Words

/// Foreign text as a label: one line, in any script.
enum LabelText {
    /// The text with line ends as blanks, and with what cannot be seen shown by its number.
    ///
    /// Joiners stay, for scripts and pictures are written with them; marks that turn the direction do not, for
    /// they would turn numbers around.
    static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: VisibleText.isHidden) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0a, 0x0d, 0x2028, 0x2029: result += " "
            case 0xa0, 0x202f, 0x200c, 0x200d, 0xfe00...0xfe0f: result.unicodeScalars.append(scalar)
            default: result += VisibleText.line(String(scalar))
            }
        }
        return result
    }
}
