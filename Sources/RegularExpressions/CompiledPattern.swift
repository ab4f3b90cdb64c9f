import CPCRE2

/// A pattern compiled by PCRE2, with machine code where its JIT can make it, and the limits for searching with it.
final class CompiledPattern: Sendable {
    // Neither is written after `init`. PCRE2 documents both as safe to share between threads when they aren't.
    nonisolated(unsafe) let code: OpaquePointer
    nonisolated(unsafe) let limits: OpaquePointer

    /// Steps of backtracking from one starting point.
    private static let stepLimit: UInt32 = 2_000_000
    /// Memory for backtracking without JIT, in KiB.
    private static let memoryLimit: UInt32 = 64 * 1024

    init(_ pattern: String) throws(RegularExpressionError) {
        var errorCode: Int32 = 0
        var errorOffset = 0
        let options = UInt32(PCRE2_UTF) | UInt32(PCRE2_UCP) | UInt32(PCRE2_NEVER_BACKSLASH_C)
        let bytes = Array(pattern.utf8)
        guard let code = pcre2_compile_8(bytes, bytes.count, options, &errorCode, &errorOffset, nil) else {
            throw .invalidPattern(
                pattern: pattern, message: Self.message(for: errorCode),
                offset: String(decoding: bytes.prefix(errorOffset), as: UTF8.self).unicodeScalars.count)
        }
        guard let limits = pcre2_match_context_create_8(nil) else {
            pcre2_code_free_8(code)
            throw .failed(pattern: pattern, message: "no memory")
        }
        pcre2_set_match_limit_8(limits, Self.stepLimit)
        pcre2_set_heap_limit_8(limits, Self.memoryLimit)
        // Without JIT (another processor, a pattern it can't do) PCRE2 interprets; the matches are the same.
        _ = pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
        self.code = code
        self.limits = limits
    }

    deinit {
        pcre2_match_context_free_8(limits)
        pcre2_code_free_8(code)
    }

    /// PCRE2's own words for one of its error codes.
    static func message(for errorCode: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(errorCode, &buffer, buffer.count)
        return length < 0 ? "error \(errorCode)" : String(decoding: buffer.prefix(Int(length)), as: UTF8.self)
    }
}
