import Foundation
import Glibc
import Synchronization

/// An HTTP server on the loopback that does what a test wants: breaks off, refuses, sends on, lies.
///
/// ```swift
/// let server = try LocalServer { request in .content(bytes, for: request) }
/// let address = server.address("/train.tsv")
/// ```
///
/// It has a thread of its own, and one for each connection, on which it gives one answer.
package final class LocalServer: Sendable {
    package struct Request: Sendable {
        package let method: String
        /// With its query.
        package let path: String
        /// By lower-case name.
        package let headers: [String: String]
        /// Which one this is of its path, from 1.
        package let number: Int
    }

    package struct Answer: Sendable {
        package var status = 200
        package var headers: [String: String] = [:]
        package var body: [UInt8] = []
        /// The connection breaks after so many bytes of the body.
        package var breaksAfter: Int?
        /// The pause after each 4 kB, in milliseconds.
        package var pause = 0
        /// Nothing is answered: the connection closes.
        package var isSilent = false

        package init(status: Int = 200, headers: [String: String] = [:], body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }
    }

    package typealias Behaviour = @Sendable (Request) -> Answer

    private struct State {
        var requests: [Request] = []
        var behaviour: Behaviour
    }

    private let listener: Int32
    package let port: UInt16
    private let state: Mutex<State>

    package init(_ behaviour: @escaping Behaviour) throws {
        signal(SIGPIPE, SIG_IGN)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let result = withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard result else { throw CocoaError(.fileReadUnknown) }
        port = UInt16(bigEndian: place.sin_port)
        state = Mutex(State(behaviour: behaviour))
        let thread = Thread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                if connection < 0, errno == EINTR { continue }
                guard connection >= 0, let server = self else {
                    close(listener)
                    return
                }
                Thread.detachNewThread { server.serve(connection) }
            }
        }
        thread.start()
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// The address of a path here.
    package func address(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    /// What was asked so far.
    package var requests: [Request] { state.withLock { $0.requests } }

    /// From now on it does this.
    package func become(_ behaviour: @escaping Behaviour) { state.withLock { $0.behaviour = behaviour } }

    // MARK: - Connections

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        guard let (method, path, headers) = Self.readHead(connection) else { return }
        let (request, behaviour) = state.withLock { state in
            let number = state.requests.count { $0.path == path } + 1
            let request = Request(method: method, path: path, headers: headers, number: number)
            state.requests.append(request)
            return (request, state.behaviour)
        }
        Self.send(behaviour(request), to: connection)
    }

    private static func readHead(_ connection: Int32) -> (String, String, [String: String])? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0, bytes.count < 1 << 20 else { return nil }
            bytes += buffer[..<count]
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        return (String(words[0]), String(words[1]), headers)
    }

    private static func send(_ answer: Answer, to connection: Int32) {
        guard !answer.isSilent else { return }
        var head = "HTTP/1.1 \(answer.status) Answer\r\nConnection: close\r\n"
        if answer.headers["Content-Length"] == nil { head += "Content-Length: \(answer.body.count)\r\n" }
        for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
        guard write(Array((head + "\r\n").utf8)[...], connection) else { return }
        var rest = answer.body.prefix(answer.breaksAfter ?? answer.body.count)
        while !rest.isEmpty {
            guard write(rest.prefix(4096), connection) else { return }
            rest = rest.dropFirst(4096)
            if answer.pause > 0 { usleep(UInt32(answer.pause) * 1000) }
        }
    }

    private static func write(_ bytes: ArraySlice<UInt8>, _ connection: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
