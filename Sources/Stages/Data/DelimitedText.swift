/// Records of separated fields: CSV as in RFC 4180, or TSV without quoting.
struct DelimitedText {
    struct Record: Equatable {
        var fields: [String]
        /// Counts from 1; where the record begins.
        var line: Int
    }

    struct SyntaxError: Error, Equatable {
        let message: String
        let line: Int
    }

    let separator: UInt8
    /// Fields may stand in double quotes; a quote inside is doubled.
    let isQuoted: Bool

    static let csv = DelimitedText(separator: UInt8(ascii: ","), isQuoted: true)
    static let tsv = DelimitedText(separator: UInt8(ascii: "\t"), isQuoted: false)

    /// The records of a text; empty lines are passed over, and a line may end in LF or CRLF.
    func records(of bytes: [UInt8]) throws(SyntaxError) -> [Record] {
        var records: [Record] = []
        var line = 1
        var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while index < bytes.count {
            let start = line
            var fields: [String] = []
            var isAtEnd = false
            while !isAtEnd {
                fields.append(try field(of: bytes, at: &index, line: &line))
                isAtEnd = index >= bytes.count || bytes[index] != separator
                if !isAtEnd { index += 1 }
            }
            if index < bytes.count, bytes[index] == UInt8(ascii: "\r") { index += 1 }
            if index < bytes.count { index += 1 }
            line += 1
            if fields != [""] { records.append(Record(fields: fields, line: start)) }
        }
        return records
    }

    /// One field; leaves `index` at the separator, at the line's end, or at the end of the text.
    private func field(of bytes: [UInt8], at index: inout Int, line: inout Int) throws(SyntaxError) -> String {
        if isQuoted, index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
            return try quotedField(of: bytes, at: &index, line: &line)
        }
        let start = index
        while index < bytes.count, bytes[index] != separator, !isLineEnd(bytes, index) { index += 1 }
        return try text(bytes[start..<index], line: line)
    }

    private func quotedField(of bytes: [UInt8], at index: inout Int, line: inout Int) throws(SyntaxError) -> String {
        let start = line
        var content: [UInt8] = []
        index += 1
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\"") else {
                if byte == UInt8(ascii: "\n") { line += 1 }
                content.append(byte)
                continue
            }
            if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
                content.append(byte)
                index += 1
                continue
            }
            guard index >= bytes.count || bytes[index] == separator || isLineEnd(bytes, index) else {
                throw SyntaxError(message: "text follows a closing quote", line: line)
            }
            return try text(content[...], line: start)
        }
        throw SyntaxError(message: "a quoted field does not end", line: start)
    }

    private func isLineEnd(_ bytes: [UInt8], _ index: Int) -> Bool {
        bytes[index] == UInt8(ascii: "\n")
            || (bytes[index] == UInt8(ascii: "\r")
                && (index + 1 == bytes.count || bytes[index + 1] == UInt8(ascii: "\n")))
    }

    private func text(_ bytes: ArraySlice<UInt8>, line: Int) throws(SyntaxError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SyntaxError(message: "the line is not UTF-8", line: line)
        }
        return text
    }
}
