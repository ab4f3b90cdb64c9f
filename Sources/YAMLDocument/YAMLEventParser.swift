import CLibYAML

/// libyaml's parser over a text in memory.
final class YAMLEventParser {
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// - Parameter text: UTF-8; it must outlive the parser.
    /// - Returns: nil if there is no memory for the parser.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            return nil
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    func next() throws(YAMLSyntaxError) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
        defer { yaml_event_delete(&event) }

        let start = Int(event.start_mark.index)
        let scalars = start..<max(start, Int(event.end_mark.index))
        switch event.type {
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT:
            return YAMLEvent(kind: .streamEnd, scalars: scalars)
        case YAML_DOCUMENT_START_EVENT:
            return YAMLEvent(kind: .documentStart, scalars: scalars)
        case YAML_DOCUMENT_END_EVENT:
            return YAMLEvent(kind: .documentEnd, scalars: scalars)
        case YAML_ALIAS_EVENT:
            return YAMLEvent(kind: .alias(string(event.data.alias.anchor) ?? ""), scalars: scalars)
        case YAML_SCALAR_EVENT:
            let data = event.data.scalar
            let text = Array(UnsafeBufferPointer(start: data.value, count: data.length))
            return YAMLEvent(
                kind: .scalar(text: text, style: style(data.style)), scalars: scalars,
                anchor: string(data.anchor), tag: string(data.tag))
        case YAML_SEQUENCE_START_EVENT:
            let data = event.data.sequence_start
            return YAMLEvent(
                kind: .sequenceStart(isFlow: data.style == YAML_FLOW_SEQUENCE_STYLE), scalars: scalars,
                anchor: string(data.anchor), tag: string(data.tag))
        case YAML_SEQUENCE_END_EVENT:
            return YAMLEvent(kind: .sequenceEnd, scalars: scalars)
        case YAML_MAPPING_START_EVENT:
            let data = event.data.mapping_start
            return YAMLEvent(
                kind: .mappingStart(isFlow: data.style == YAML_FLOW_MAPPING_STYLE), scalars: scalars,
                anchor: string(data.anchor), tag: string(data.tag))
        case YAML_MAPPING_END_EVENT:
            return YAMLEvent(kind: .mappingEnd, scalars: scalars)
        default:
            return YAMLEvent(kind: .streamStart, scalars: scalars)
        }
    }

    private func string(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        bytes.map { String(cString: $0) }
    }

    private func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }

    private var failure: YAMLSyntaxError {
        let state = parser.pointee
        if state.error == YAML_MEMORY_ERROR {
            return YAMLSyntaxError(problem: "out of memory", position: 0, context: nil, contextPosition: 0)
        }
        return YAMLSyntaxError(
            problem: state.problem.map { String(cString: $0) } ?? "the text cannot be read",
            position: Int(state.problem_mark.index),
            context: state.context.map { String(cString: $0) },
            contextPosition: Int(state.context_mark.index))
    }
}
