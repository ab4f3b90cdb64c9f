/// Takes a character off the ends of each part, so many times at most.
struct StripDecoder: TokenDecoder {
    private let content: [UInt8]
    private let start: Int
    private let stop: Int

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type", "content", "start", "stop"])
        content = Array(String(try node.member("content").scalar()).utf8)
        start = try node.member("start").integer(in: 0...Int.max)
        stop = try node.member("stop").integer(in: 0...Int.max)
    }

    func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
        tokens.map { token in
            var part = token[...]
            var count = 0
            while count < start, part.starts(with: content) {
                part.removeFirst(content.count)
                count += 1
            }
            count = 0
            while count < stop, part.suffix(content.count).elementsEqual(content) {
                part.removeLast(content.count)
                count += 1
            }
            return Array(part)
        }
    }
}
