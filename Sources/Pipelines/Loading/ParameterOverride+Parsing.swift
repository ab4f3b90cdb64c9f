import Diagnostics
import YAMLDocument

extension ParameterOverride {
    /// The text of the option, for messages.
    private var source: SourceText { SourceText(path: path, contents: origin) }

    /// The number of Unicode scalars in front of the value.
    private var valueOffset: Int { max(0, origin.unicodeScalars.count - valueText.unicodeScalars.count) }

    var nameLocation: SourceLocation {
        let length = name.unicodeScalars.count
        return source.location(line: 1, column: max(1, valueOffset - length), length: length)
    }

    /// The value, in its place in the option.
    func parse() -> (node: YAMLNode?, findings: [Diagnostic]) {
        let source = source
        guard !valueText.allSatisfy(\.isWhitespace) else {
            return (YAMLNode(.scalar(YAMLScalar("", value: .null, style: .plain)), at: nameLocation), [])
        }
        // As many spaces as there is text in front of the value give its parts the columns that they have there.
        let padded = SourceText(path: source.path, contents: String(repeating: " ", count: valueOffset) + valueText)
        let (root, findings) = YAMLDocument.parse(padded)
        return (
            root?.moved(to: source),
            findings.map { finding in
                var finding = finding
                finding.location = (finding.location ?? nameLocation).moved(to: source)
                return finding
            }
        )
    }
}

extension SourceLocation {
    fileprivate func moved(to source: SourceText) -> SourceLocation {
        source.location(line: line, column: column, length: length)
    }
}

extension YAMLNode {
    /// The node in another text, in which everything has the same line and column.
    fileprivate func moved(to source: SourceText) -> YAMLNode {
        let moved: Content =
            switch content {
            case .scalar(let scalar):
                .scalar(
                    YAMLScalar(
                        scalar.text, value: scalar.value, style: scalar.style,
                        textLocation: scalar.textLocation?.moved(to: source)))
            case .sequence(let items):
                .sequence(items.map { $0.moved(to: source) })
            case .mapping(let mapping):
                .mapping(
                    YAMLMapping(
                        mapping.entries.map {
                            YAMLMapping.Entry(
                                key: YAMLMapping.Key($0.key.text, at: $0.key.location.moved(to: source)),
                                value: $0.value.moved(to: source))
                        }))
            }
        return YAMLNode(moved, at: location.moved(to: source))
    }
}
