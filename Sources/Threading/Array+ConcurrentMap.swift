import Dispatch
import Glibc
import Synchronization

extension Array where Element: Sendable {
    /// What the body makes of each element, in their order, on several threads; each takes the next part of the array until
    /// none is left.
    ///
    /// - Parameters:
    ///   - part: how many elements are taken at once: many where one takes little.
    ///   - threads: at most so many at once; the number of processors by default.
    /// - Throws: what the first element that failed threw. Others may have been computed.
    package func concurrentMap<Result: Sendable, Failure: Error>(
        part: Int = 1, threads: Int = sysconf(Int32(_SC_NPROCESSORS_ONLN)),
        _ body: @Sendable (Element) throws(Failure) -> Result
    ) throws(Failure) -> [Result] {
        let parts = (count + part - 1) / part
        guard parts > 1, threads > 1 else { return try map(body) }
        let next = Atomic(0)
        let results = Mutex([Int: Swift.Result<[Result], Failure>]())
        DispatchQueue.concurrentPerform(iterations: Swift.min(parts, threads)) { _ in
            while true {
                let number = next.add(1, ordering: .relaxed).oldValue
                guard number < parts else { return }
                let range = number * part..<Swift.min(count, (number + 1) * part)
                let result = Swift.Result { () throws(Failure) in try self[range].map(body) }
                results.withLock { $0[number] = result }
            }
        }
        let found = results.withLock { $0 }
        var all: [Result] = []
        all.reserveCapacity(count)
        for number in 0..<parts { if let result = found[number] { all += try result.get() } }
        return all
    }
}
