import JSONValues

/// The table of contents of a safetensors file: 8 bytes with its length, then JSON.
///
/// Every promise of the format is checked before a tensor is read: the length of the header, its JSON, each tensor's
/// type, shape and place, and that the tensors fill the rest of the file without a hole or an overlap.
struct SafetensorsHeader {
    /// Where one tensor is.
    struct Entry: Hashable {
        let dtype: DType
        let shape: [Int]
        /// Its bytes, counted from the end of the header.
        let bytes: Range<Int>
    }

    /// The format's own limit, so that a damaged length can't demand all memory.
    static let maximumByteCount = 100_000_000

    static let metadataKey = "__metadata__"

    let metadata: [String: String]
    let entries: [String: Entry]
    /// Where the tensors begin, in bytes from the start of the file.
    let byteCount: Int

    /// - Throws: ``SafetensorsError`` with all that is wrong.
    init(file: UnsafeRawBufferPointer, path: String) throws(SafetensorsError) {
        guard file.count >= 8 else {
            throw SafetensorsError(
                path: path, "the file has \(file.count) bytes; expected at least the 8 of the header's length",
                help: Self.damaged)
        }
        guard !Pickle.begins(file) else {
            throw SafetensorsError(
                path: path, "this is no safetensors file but a pickle", help: "it is a " + Pickle.sentence)
        }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(Self.maximumByteCount) else {
            throw SafetensorsError(
                path: path, "the header's length is \(length); expected at most \(Self.maximumByteCount)",
                help: "is this a safetensors file?")
        }
        let byteCount = 8 + Int(length)
        guard byteCount <= file.count else {
            throw SafetensorsError(
                path: path,
                "the header's length is \(length) but only \(file.count - 8) bytes follow; the file is cut off",
                help: Self.damaged)
        }
        let header = [UInt8](file[8..<byteCount])
        guard header.first == UInt8(ascii: "{") else {
            throw SafetensorsError(
                path: path, "the header does not begin with `{`", help: "is this a safetensors file?")
        }
        var reader = EntryReader()
        do {
            reader.read(try JSONValue(parsing: header))
        } catch {
            throw SafetensorsError(path: path, "the header is not JSON: \(error)", help: Self.damaged)
        }
        if reader.problems.isEmpty { reader.checkPlaces(byteCount: file.count - byteCount) }
        guard reader.problems.isEmpty else {
            throw SafetensorsError(path: path, problems: reader.problems, help: Self.damaged)
        }
        self.metadata = reader.metadata
        self.entries = reader.entries
        self.byteCount = byteCount
    }

    static let damaged = "get or write the file again; it is damaged or was not written completely"
}

/// Reads the header's JSON and gathers what is wrong with it.
private struct EntryReader {
    var metadata: [String: String] = [:]
    var entries: [String: SafetensorsHeader.Entry] = [:]
    var problems: [SafetensorsError.Problem] = []

    mutating func read(_ header: JSONValue) {
        guard let members = header.objectValue else {
            report("the header is \(header.kindDescription); expected an object")
            return
        }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            if name == SafetensorsHeader.metadataKey {
                readMetadata(value)
            } else {
                entries[name] = readEntry(value, name: name)
            }
        }
    }

    private mutating func readMetadata(_ value: JSONValue) {
        guard let members = value.objectValue else {
            report("`\(SafetensorsHeader.metadataKey)` is \(value.kindDescription); expected an object of strings")
            return
        }
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            if let text = value.stringValue {
                metadata[key] = text
            } else {
                report(
                    "`\(SafetensorsHeader.metadataKey)` has \(value.kindDescription) under `\(key)`; expected a string")
            }
        }
    }

    private mutating func readEntry(_ value: JSONValue, name: String) -> SafetensorsHeader.Entry? {
        guard value.objectValue != nil else {
            report("the entry is \(value.kindDescription); expected an object", tensor: name)
            return nil
        }
        let dtype = readDType(value["dtype"], name: name)
        let shape = sizes(value["shape"])
        if shape == nil {
            report("`shape` is \(text(value["shape"])); expected an array of whole numbers from 0", tensor: name)
        }
        let offsets = sizes(value["data_offsets"])
        guard let offsets, offsets.count == 2 else {
            report(
                "`data_offsets` is \(text(value["data_offsets"])); expected two whole numbers from 0", tensor: name)
            return nil
        }
        guard offsets[0] <= offsets[1] else {
            report("`data_offsets` is \(offsets); expected the end not before the beginning", tensor: name)
            return nil
        }
        guard let dtype, let shape else { return nil }
        guard let needed = dtype.byteCount(of: shape) else {
            report("\(dtype.safetensorsName) \(shape) has more bytes than 64 bits can count", tensor: name)
            return nil
        }
        guard needed == offsets[1] - offsets[0] else {
            report(
                "`data_offsets` \(offsets) span \(offsets[1] - offsets[0]) bytes; "
                    + "\(dtype.safetensorsName) \(shape) has \(needed)", tensor: name)
            return nil
        }
        return SafetensorsHeader.Entry(dtype: dtype, shape: shape, bytes: offsets[0]..<offsets[1])
    }

    private mutating func readDType(_ value: JSONValue, name: String) -> DType? {
        if let spelling = value.stringValue, let dtype = DType(safetensorsName: spelling) { return dtype }
        let known = DType.allCases.map(\.safetensorsName).joined(separator: ", ")
        report("`dtype` is \(text(value)); known are \(known)", tensor: name)
        return nil
    }

    /// Checks that the tensors lie one behind the other and end where the file does.
    mutating func checkPlaces(byteCount: Int) {
        let order = entries.sorted {
            ($0.value.bytes.lowerBound, $0.value.bytes.upperBound, $0.key)
                < ($1.value.bytes.lowerBound, $1.value.bytes.upperBound, $1.key)
        }
        var previous: (name: String, end: Int)?
        for (name, entry) in order {
            let end = previous?.end ?? 0
            let before = previous.map { "`\($0.name)` before it" } ?? "the header"
            if entry.bytes.lowerBound < end {
                report(
                    "it begins at byte \(entry.bytes.lowerBound) and overlaps \(before), which ends at \(end)",
                    tensor: name)
            } else if entry.bytes.lowerBound > end {
                report(
                    "it begins at byte \(entry.bytes.lowerBound), which leaves a hole: \(before) ends at \(end)",
                    tensor: name)
            }
            previous = (name, max(end, entry.bytes.upperBound))
        }
        let end = previous?.end ?? 0
        if end > byteCount {
            report("the tensors take \(end) bytes but only \(byteCount) follow the header; the file is cut off")
        } else if end < byteCount {
            report("\(byteCount - end) bytes follow the last tensor; expected the end of the file")
        }
    }

    // MARK: Parts

    private func sizes(_ value: JSONValue) -> [Int]? {
        guard let elements = value.arrayValue else { return nil }
        var sizes: [Int] = []
        for element in elements {
            guard case .int(let size) = element, size >= 0 else { return nil }
            sizes.append(size)
        }
        return sizes
    }

    /// The value as it stands in the header, cut to a readable length.
    private func text(_ value: JSONValue) -> String {
        if value.isNull { return "missing" }
        let text = (try? value.canonical) ?? value.kindDescription
        return text.count <= 60 ? text : text.prefix(60) + "…"
    }

    private mutating func report(_ message: String, tensor: String? = nil) {
        problems.append(SafetensorsError.Problem(tensor: tensor, message: message))
    }
}
