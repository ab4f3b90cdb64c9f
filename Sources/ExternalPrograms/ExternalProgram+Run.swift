import Foundation
import Glibc

/// How a program ended.
package struct ProgramEnd: Sendable, Hashable {
    /// The exit code; 128 + n where signal n ended it.
    package let status: Int32
    /// Whether it was ended because the caller wanted that.
    package let wasStopped: Bool
    /// The last of what it wrote to standard error.
    package let errors: String
}

extension ExternalProgram {
    /// Runs the program to its end, and hands on what it writes as it comes.
    ///
    /// Blocks its thread. Where `shouldStop` says so, or the handling of output throws, the program is killed.
    ///
    /// - Parameters:
    ///   - input: what it reads from standard input, at most 32 kB; nobody else sees it.
    ///   - shouldStop: asked several times a second.
    ///   - onErrors: gets standard error, besides what is kept of it.
    ///   - onOutput: gets standard output.
    /// - Throws: what `onOutput` throws; Foundation's error where the program can't be started.
    package func run(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String]? = nil,
        shouldStop: () -> Bool = { false }, onErrors: (UnsafeRawBufferPointer) -> Void = { _ in },
        onOutput: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> ProgramEnd {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        if let environment { process.environment = environment }
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = try Self.filled(input)
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // Only the program shall hold these ends, so that reading ends with it.
        try? output.fileHandleForWriting.close()
        try? errors.fileHandleForWriting.close()

        var tail: [UInt8] = []
        var wasStopped = false
        var failure: (any Error)?
        var open = [output.fileHandleForReading.fileDescriptor, errors.fileHandleForReading.fileDescriptor]
        let errorsDescriptor = open[1]
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { buffer.deallocate() }
        while !open.isEmpty {
            if shouldStop() {
                wasStopped = true
                break
            }
            for descriptor in Self.readable(open) {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    open.removeAll { $0 == descriptor }
                    continue
                }
                let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                if descriptor == errorsDescriptor {
                    tail = (tail + bytes).suffix(Self.keptErrors)
                    onErrors(bytes)
                } else {
                    do { try onOutput(bytes) } catch { failure = failure ?? error }
                }
            }
            if failure != nil { break }
        }
        if !open.isEmpty { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        if let failure { throw failure }
        let code = process.terminationStatus
        return ProgramEnd(
            status: process.terminationReason == .exit ? code : 128 + code, wasStopped: wasStopped,
            errors: String(decoding: tail, as: UTF8.self))
    }

    private static let keptErrors = 8192

    /// A pipe that holds the bytes, with nobody left to write to it. It takes 64 kB before anyone reads.
    private static func filled(_ bytes: [UInt8]) throws -> Pipe {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data(bytes.prefix(1 << 15)))
        try pipe.fileHandleForWriting.close()
        return pipe
    }

    /// Those descriptors of which something can be read, after at most a tenth of a second.
    private static func readable(_ descriptors: [Int32]) -> [Int32] {
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&polled, nfds_t(polled.count), 100) > 0 else { return [] }
        return polled.filter { $0.revents != 0 }.map(\.fd)
    }
}
