import Testing

@testable import Tokenizers

@Suite("The prefix tree of tokens")
struct TokenTrieTests {
    @Test("The longest token wins, and none is empty")
    func longestMatch() {
        var trie = TokenTrie()
        for (value, token) in ["", "a", "ab", "abcd", "b", "é"].enumerated() {
            #expect(trie.insert(token.utf8, value: Int32(value)) == nil)
        }
        let text = Array("abcxbéz".utf8)
        func match(_ start: Int, _ end: Int) -> [Int]? {
            trie.longestMatch(in: text.span, start..<end).map { [Int($0.value), $0.end] }
        }
        #expect(match(0, 8) == [2, 2], "`abcd` is not there, `ab` is")
        #expect(match(0, 1) == [1, 1])
        #expect(match(2, 8) == nil)
        #expect(match(5, 8) == [5, 7])
        #expect(match(5, 6) == nil, "half a character is no token")
        #expect(match(3, 3) == nil)
        #expect(trie.insert("ab".utf8, value: 9) == 2)
        #expect(trie.value(of: "ab".utf8) == 2)
        #expect(trie.value(of: "abc".utf8) == nil)
    }

    @Test("A hundred thousand tokens are found again")
    func growth() {
        var trie = TokenTrie()
        for value in 0..<Int32(100_000) { _ = trie.insert(String(value, radix: 7).utf8, value: value) }
        for value in 0..<Int32(100_000) { #expect(trie.value(of: String(value, radix: 7).utf8) == value) }
        #expect(trie.value(of: "9".utf8) == nil)
    }
}
