import Foundation
import Tensors
import Testing

/// How memory is taken belongs to the process, so this runs in one of its own.
@Suite("Memory of tensors")
struct TensorMemoryTests {
    @Test("that is free goes back to the system, also between tensors that live on")
    func givesBack() async {
        await #expect(processExitsWith: .success) {
            /// In bytes.
            func resident() throws -> Int {
                let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
                return try #require(Int(fields[1])) * sysconf(Int32(_SC_PAGESIZE))
            }
            TensorMemory.givesBackEarly()
            // What the C library learns from what it frees makes it keep more from then on.
            for _ in 0..<3 { _ = try Tensor.ones([4 << 20]) }
            let before = try resident()
            var kept: [Tensor] = []
            var passing: [Tensor] = []
            for _ in 0..<25 {
                passing.append(try Tensor.ones([2 << 20]))
                kept.append(try Tensor.ones([64]))
            }
            #expect(try resident() - before > 180 << 20)
            passing = []
            #expect(try resident() - before < 20 << 20)
            #expect(kept.count == 25)
        }
    }
}
