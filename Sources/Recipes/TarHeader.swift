import JSONValues

/// The head of an entry of a tar archive, in POSIX's ustar format: 512 bytes.
///
/// Recipes have files and nothing else: no links, devices, owners or times. So this knows no more, and what has more is no
/// recipe.
package struct TarHeader: Equatable {
    static let blockSize = 512

    /// `/` between the parts.
    let path: String
    /// In bytes.
    let size: Int

    /// The bytes between the end of the content and the next header.
    package var padding: Int { (Self.blockSize - size % Self.blockSize) % Self.blockSize }

    // MARK: - Writing

    /// - Throws: ``RecipeError`` for a path that the format can't hold.
    package func bytes() throws(RecipeError) -> [UInt8] {
        guard let (prefix, name) = Self.split(path) else {
            throw RecipeError("the path `\(path)` is too long for a recipe", help: "use shorter names")
        }
        var block = [UInt8](repeating: 0, count: Self.blockSize)
        func put(_ text: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in text.enumerated() { block[offset + index] = byte }
        }
        put(name.utf8, at: 0)
        put("0000644\0".utf8, at: 100)
        put("0000000\0".utf8, at: 108)
        put("0000000\0".utf8, at: 116)
        put(Self.number(size), at: 124)
        put("00000000000\0".utf8, at: 136)
        put("0".utf8, at: 156)
        put("ustar\u{0}00".utf8, at: 257)
        put(prefix.utf8, at: 345)
        put((Self.octal(Self.checksum(of: block), digits: 6) + "\0 ").utf8, at: 148)
        return block
    }

    /// A path as the two fields that hold it: at most 155 bytes, a slash that is not written, at most 100 bytes.
    private static func split(_ path: String) -> (prefix: String, name: String)? {
        if path.utf8.count <= 100 { return ("", path) }
        let parts = path.split(separator: "/")
        for count in 1..<parts.count {
            let prefix = parts[..<count].joined(separator: "/")
            let name = parts[count...].joined(separator: "/")
            if prefix.utf8.count <= 155, name.utf8.count <= 100 { return (prefix, name) }
        }
        return nil
    }

    /// Eleven octal digits, or for more than 8 GB the bytes of the number behind a mark.
    private static func number(_ value: Int) -> [UInt8] {
        guard value >= 1 << 33 else { return Array((octal(value, digits: 11) + "\0").utf8) }
        return [0x80, 0, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
    }

    private static func octal(_ value: Int, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    /// The sum of all bytes, those of the sum itself taken as spaces.
    private static func checksum(of block: [UInt8]) -> Int {
        block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element)) }
    }

    // MARK: - Reading

    package init(path: String, size: Int) {
        self.path = path
        self.size = size
    }

    /// Reads a header; nil for the empty block at the end of an archive.
    ///
    /// - Throws: ``RecipeError`` for anything but a plain file.
    init?(_ block: [UInt8]) throws(RecipeError) {
        guard block.contains(where: { $0 != 0 }) else { return nil }
        guard block.count == Self.blockSize, block[257..<262].elementsEqual("ustar".utf8),
            Self.octal(block[148..<156]) == Self.checksum(of: block)
        else {
            throw RecipeError(
                "this is no recipe, or a damaged one", help: "a recipe is what `peft-pipeline export` writes")
        }
        let name = Self.text(block[0..<100])
        let prefix = Self.text(block[345..<500])
        guard let name, let prefix else { throw RecipeError("the recipe has a name that is no text") }
        path = prefix.isEmpty ? name : prefix + "/" + name
        guard block[156] == UInt8(ascii: "0") || block[156] == 0 else {
            throw RecipeError(
                "the recipe has `\(path)`, which is a link or something else that is no file",
                help: "nothing was written; don't trust it")
        }
        guard let size = Self.size(block[124..<136]) else {
            throw RecipeError("the recipe has `\(path)` without a size", help: "it is damaged")
        }
        self.size = size
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String? {
        String(validating: field.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = field.prefix { $0 != 0 && $0 != 0x20 }
        return digits.allSatisfy { (0x30...0x37).contains($0) }
            ? Int(String(decoding: digits, as: UTF8.self), radix: 8) : nil
    }

    private static func size(_ field: ArraySlice<UInt8>) -> Int? {
        guard field.first == 0x80 else { return octal(field) }
        let bytes = Array(field)
        guard bytes[1...3].allSatisfy({ $0 == 0 }), bytes[4] < 0x80 else { return nil }
        return bytes[4...].reduce(0) { $0 << 8 | Int($1) }
    }
}
