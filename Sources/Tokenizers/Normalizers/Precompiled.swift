import Foundation

/// SentencePiece's table of replacements, in its own binary form.
///
/// What is replaced is found as the reference finds it: of a grapheme cluster of less than six bytes the shortest
/// beginning that the table holds stands for the whole cluster; of a longer one each scalar is looked up.
struct Precompiled: Normalizer {
    private let map: CharacterMap

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type", "precompiled_charsmap"])
        let encoded = try node.member("precompiled_charsmap")
        guard let data = Data(base64Encoded: try encoded.string()) else { throw encoded.error("expected base64") }
        guard let map = CharacterMap(Array(data)) else {
            throw encoded.error("expected the length of a table, the table, and strings in UTF-8")
        }
        self.map = map
    }

    /// Clusters of this many bytes or more are looked up scalar by scalar.
    private static let longCluster = 6

    func normalize(_ workspace: inout Workspace) throws(TokenizerError) {
        let text = workspace.text
        let bytes = text.bytes.span
        var output = Output(
            tracksSources: text.tracksSources, capacity: bytes.count, limit: workspace.sizeLimit)
        let clusters = GraphemeClusters(text.bytes)
        var start = 0
        while start < bytes.count {
            let end = clusters.end(of: start)
            if end - start < Self.longCluster, let replacement = map.replacement(of: bytes, start..<end) {
                output.write(map, replacement, insteadOf: bytes, start..<end)
            } else {
                var index = start
                while index < end {
                    let next = index + UTF8Coding.length(ofScalarBeginningWith: bytes[index])
                    if let replacement = map.replacement(of: bytes, index..<next) {
                        output.write(map, replacement, insteadOf: bytes, index..<next)
                    } else {
                        output.copy(bytes, index..<next)
                    }
                    index = next
                }
            }
            start = end
        }
        if output.size > workspace.sizeLimit { throw workspace.tooLarge(output.size) }
        if output.isChanged { output.finish(&workspace) }
    }
}

/// A text that is written cluster by cluster, and, if need be, what becomes of each scalar.
private struct Output {
    private(set) var isChanged = false
    private let tracksSources: Bool
    /// Nothing is replaced in a text that is larger.
    private let limit: Int
    private var bytes: [UInt8] = []
    /// The scalars of the text with what ``Alignment`` takes.
    private var changes: [(scalar: UInt32, change: Int)] = []

    var size: Int { max(bytes.count, changes.count) }

    init(tracksSources: Bool, capacity: Int, limit: Int) {
        self.limit = limit
        self.tracksSources = tracksSources
        if !tracksSources { bytes.reserveCapacity(capacity) }
    }

    @inline(__always)
    mutating func copy(_ input: Span<UInt8>, _ range: Range<Int>) {
        if tracksSources {
            changes.append((UTF8Coding.decode(input, at: range.lowerBound).scalar, 0))
        } else {
            for index in range { bytes.append(input[index]) }
        }
    }

    mutating func write(
        _ map: CharacterMap, _ replacement: Range<Int>, insteadOf input: Span<UInt8>, _ range: Range<Int>
    ) {
        guard size <= limit else { return }
        isChanged = true
        guard tracksSources else {
            bytes += map.strings[replacement]
            return
        }
        var index = replacement.lowerBound
        var count = 0
        while index < replacement.upperBound {
            let (scalar, length) = UTF8Coding.decode(map.strings.span, at: index)
            changes.append((scalar, 0))
            index += length
            count += 1
        }
        let added = count - UTF8Coding.scalarCount(input, range)
        if added > 0 {
            for place in changes.indices.suffix(added) { changes[place].change = 1 }
        } else if added < 0, let last = changes.indices.last {
            // Of a replacement by nothing that is what came before it; at the very start the reference forgets it.
            changes[last].change += added
        }
    }

    func finish(_ workspace: inout Workspace) {
        workspace.spare.removeAll()
        if tracksSources {
            var alignment = Alignment(emptySource: workspace.emptySource)
            for (scalar, change) in changes {
                alignment.append(scalar, change: change, from: workspace.text, to: &workspace.spare)
            }
        } else {
            for byte in bytes { workspace.spare.append(ascii: byte, source: 0) }
        }
        swap(&workspace.text, &workspace.spare)
    }
}
