import Foundation
import Synchronization

/// Where people read: results on standard output, everything else on standard error.
final class Console: Sendable {
    /// What standard error can show.
    struct Terminal: Sendable {
        /// Standard error is a terminal, so lines can be redrawn.
        let isInteractive: Bool
        let usesColor: Bool
        /// Cells a line; what lies beyond would wrap.
        let width: Int
    }

    let errors: Terminal
    let results: Terminal

    init(color: ColorChoice) {
        errors = Self.terminal(STDERR_FILENO, color)
        results = Self.terminal(STDOUT_FILENO, color)
    }

    func writeResult(_ text: String) { Self.write(text, to: STDOUT_FILENO) }

    func writeError(_ text: String) { Self.write(text, to: STDERR_FILENO) }

    private static func terminal(_ descriptor: Int32, _ color: ColorChoice) -> Terminal {
        let environment = ProcessInfo.processInfo.environment
        let isInteractive = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
        let usesColor =
            switch color {
            case .always: true
            case .never: false
            case .auto: isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
            }
        return Terminal(
            isInteractive: isInteractive, usesColor: usesColor,
            width: isInteractive ? width(of: descriptor) ?? 80 : 120)
    }

    private static func width(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Writes all of the text; a reader that is gone is no error of ours.
    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                if written <= 0 { return }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
            }
        }
    }
}

/// Whether output is coloured.
enum ColorChoice: String, CaseIterable, Sendable {
    /// On a terminal, unless NO_COLOR is set.
    case auto
    case always
    case never
}
