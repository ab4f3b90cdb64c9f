package import Foundation
import ExternalPrograms
package import Testing

/// A headless browser, where this machine has one: Debian's package `chromium`.
package struct Browser: Sendable {
    private let program: ExternalProgram

    /// Nil where there is none.
    package static let installed: Browser? = ["chromium", "chromium-browser", "google-chrome"].lazy
        .compactMap { ExternalProgram.find($0) }.first.map(Browser.init)

    /// What tests say that need one.
    package static let missing: Comment = "no browser is installed: apt-get install chromium"

    private init(_ program: ExternalProgram) { self.program = program }

    package enum Scheme: String, Sendable { case light, dark }

    /// What a page became.
    package struct Opened: Sendable {
        /// The document as the browser has it.
        package let document: String
        /// What scripts and the page's own rules made the browser complain of.
        package let complaints: [String]
    }

    /// Opens a page of this machine.
    package func open(_ page: URL) throws -> Opened {
        let (output, errors) = try run(["--enable-logging=stderr", "--v=0", "--dump-dom", page.absoluteString])
        let complaints = errors.split(separator: "\n").filter { $0.contains(":CONSOLE") }.map(String.init)
        return Opened(document: output, complaints: complaints)
    }

    /// Takes a picture of the page's beginning, as PNG.
    package func picture(
        of page: URL, to picture: URL, scheme: Scheme, width: Int, height: Int
    ) throws {
        _ = try run([
            "--hide-scrollbars", "--screenshot=\(picture.path)", "--window-size=\(width),\(height)",
            // 0 is dark and 1 is light.
            "--blink-settings=preferredColorScheme=\(scheme == .dark ? 0 : 1)", page.absoluteString,
        ])
    }

    /// Prints the page, as PDF.
    package func printed(_ page: URL, to file: URL) throws {
        _ = try run(["--print-to-pdf=\(file.path)", "--no-pdf-header-footer", page.absoluteString])
    }

    /// A browser without a network, in a profile of its own.
    private func run(_ arguments: [String]) throws -> (output: String, errors: String) {
        try withTemporaryFolder { profile in
            var output: [UInt8] = []
            var errors: [UInt8] = []
            let start = ContinuousClock.now
            let end = try program.run(
                [
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                    "--user-data-dir=\(profile.path)", "--host-resolver-rules=MAP * ~NOTFOUND", "--lang=en",
                ] + arguments, shouldStop: { ContinuousClock.now - start > .seconds(120) },
                onErrors: { errors += $0 }, onOutput: { output += $0 })
            guard end.status == 0 else { throw BrowserFailure(status: end.status, errors: end.errors) }
            return (String(decoding: output, as: UTF8.self), String(decoding: errors, as: UTF8.self))
        }
    }
}

package struct BrowserFailure: Error, CustomStringConvertible {
    let status: Int32
    let errors: String

    package var description: String { "the browser ended with \(status): \(errors)" }
}

/// The size of a picture, as the head of its file says; nil for a file that is no PNG.
package func sizeOfPNG(_ data: Data) -> (width: Int, height: Int)? {
    let bytes = [UInt8](data.prefix(24))
    guard bytes.count == 24, bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else { return nil }
    func number(_ start: Int) -> Int { bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (number(16), number(20))
}
