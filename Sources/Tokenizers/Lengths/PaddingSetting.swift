import JSONValues

/// How the shorter texts of a batch are filled up. The one that a tokenizer.json was saved with is not applied by itself.
package struct PaddingSetting: Sendable, Hashable {
    package enum Length: Sendable, Hashable {
        /// That of the longest text.
        case longest
        /// So many tokens; a longer text stays as it is.
        case fixed(Int)
    }

    package var length: Length
    /// The end that is filled up.
    package var direction: TextDirection
    /// Lengths are rounded up to a multiple of this.
    package var multiple: Int?
    package var tokenID: Int32
    package var typeID: Int32
    package var token: String

    package init(
        tokenID: Int32, token: String, typeID: Int32 = 0, length: Length = .longest, direction: TextDirection = .right,
        multiple: Int? = nil
    ) {
        self.length = length
        self.direction = direction
        self.multiple = multiple
        self.tokenID = tokenID
        self.typeID = typeID
        self.token = token
    }
}

extension PaddingSetting {
    /// Beyond this no file may ask texts to be filled up: it would only take memory.
    private static let maximumLength = 1 << 24

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys([
            "strategy", "direction", "pad_to_multiple_of", "pad_id", "pad_type_id", "pad_token",
        ])
        let strategy = try node.member("strategy")
        if strategy.value.stringValue == "BatchLongest" {
            length = .longest
        } else {
            guard strategy.value.objectValue != nil else {
                throw strategy.error("expected `BatchLongest` or an object with the key `Fixed`")
            }
            length = .fixed(try strategy.member("Fixed").integer(in: 0...Self.maximumLength))
        }
        direction = try node.member("direction").choice(TextDirection.self, called: "direction")
        multiple = try node.optionalMember("pad_to_multiple_of")?.integer(in: 0...Self.maximumLength)
        tokenID = try node.member("pad_id").tokenID()
        typeID = Int32(try node.member("pad_type_id").integer(in: 0...Int(Int32.max)))
        token = try node.member("pad_token").string()
    }

    /// Fills up the shorter of some texts. A model is told by ``Encoding/attentionMask`` to look past what is put in.
    package func pad(_ encodings: inout [Encoding]) {
        var target =
            switch length {
            case .longest: encodings.reduce(0) { max($0, $1.ids.count) }
            case .fixed(let count): count
            }
        if let multiple, multiple > 0, target % multiple > 0 { target += multiple - target % multiple }
        for index in encodings.indices { encodings[index].pad(self, to: target) }
    }
}

extension Encoding {
    fileprivate mutating func pad(_ setting: PaddingSetting, to length: Int) {
        let count = length - ids.count
        guard count > 0 else { return }
        let isLeft = setting.direction == .left
        if isLeft { leftPadding += count } else { rightPadding += count }
        ids.insert(contentsOf: repeatElement(setting.tokenID, count: count), at: isLeft ? 0 : ids.count)
        typeIDs.insert(contentsOf: repeatElement(setting.typeID, count: count), at: isLeft ? 0 : typeIDs.count)
        specialTokensMask.insert(
            contentsOf: repeatElement(true, count: count), at: isLeft ? 0 : specialTokensMask.count)
        if let old = offsets {
            let added = Array(repeating: 0..<0, count: count)
            offsets = isLeft ? added + old : old + added
        }
    }
}
