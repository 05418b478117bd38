import Foundation

/// Where text goes, and what it may look like there.
struct Terminal {
    let handle: FileHandle
    /// Colours and weights are for people alone: never into a file or pipe, and not where `NO_COLOR` asks for none.
    let isStyled: Bool
    /// How many columns there are; `nil` where lines may be as long as they are.
    let width: Int?

    static let output = Terminal(.standardOutput)
    static let error = Terminal(.standardError)

    private init(_ handle: FileHandle) {
        self.handle = handle
        let environment = ProcessInfo.processInfo.environment
        let isTerminal = isatty(handle.fileDescriptor) == 1
        isStyled = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
        if let columns = environment["COLUMNS"].flatMap(Int.init), columns > 0 {
            width = max(columns, 40)
        } else if isTerminal {
            var size = winsize()
            let known = ioctl(handle.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
            width = known ? max(Int(size.ws_col), 40) : 80
        } else {
            width = nil
        }
    }

    func write(_ line: String = "") {
        do {
            try handle.write(contentsOf: Data((line + "\n").utf8))
        } catch {
            // Half a listing must not pass for a whole one.
            if handle.fileDescriptor != STDERR_FILENO {
                Self.error.write("skein: cannot write the output: \(reason(error))")
            }
            exit(74)
        }
    }

    private func reason(_ error: any Error) -> String {
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        return cause.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(cause.code))) : "\(error)"
    }

    /// A text in a style, where the terminal shows it.
    func styled(_ text: String, _ style: Style) -> String {
        isStyled && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// How a text stands out.
enum Style: String {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
}

extension String {
    /// What a message or error holds, without what would move the cursor of a terminal.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? " " : scalar
                }))
    }

    /// At most so many characters, the last one `…` where something is left out.
    func cut(to width: Int) -> String { count <= width ? self : String(prefix(max(0, width - 1))) + "…" }

    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
