import ArgumentParser
import Reports

/// A number of bytes as people write it: `1000`, `500MB`, `1.5 GB`; powers of 1000.
struct ByteCount: ExpressibleByArgument {
    let bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        let text = argument.uppercased()
        let units = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3), ("B", 1.0)]
        let (suffix, factor) = units.first { text.hasSuffix($0.0) } ?? ("", 1.0)
        let number = text.dropLast(suffix.count).filter { $0 != " " }
        guard let value = Double(number), value >= 0, value * factor < 1e18 else { return nil }
        bytes = Int(value * factor)
    }

    /// As help shows a default.
    var defaultValueDescription: String { Figures.bytes(bytes).replacing(" ", with: "") }
}
