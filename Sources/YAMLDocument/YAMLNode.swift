package import Diagnostics

/// A value of a YAML document with its place in the text.
///
/// Aliases and merge keys are resolved: a node stands for what is there after them.
package struct YAMLNode: Sendable {
    package enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping(YAMLMapping)
    }

    package let content: Content

    /// Where the value is written: the whole of a scalar or of a flow collection, the first key of a block mapping,
    /// the first dash of a block sequence.
    package let location: SourceLocation

    /// Where the alias stands that brought the value here; nil for a value that is written in place.
    package internal(set) var alias: SourceLocation?

    package init(_ content: Content, at location: SourceLocation, alias: SourceLocation? = nil) {
        self.content = content
        self.location = location
        self.alias = alias
    }

    /// The place of a part of a scalar's text, so that a caret can point into it.
    ///
    /// It is exact for plain and quoted scalars that stand on one line without escapes; for other values it is the
    /// whole value.
    ///
    /// - Parameters:
    ///   - offset: the part's start in the text, in Unicode scalars.
    ///   - length: the part's length in Unicode scalars.
    package func location(offset: Int, length: Int) -> SourceLocation {
        guard case .scalar(let scalar) = content, let text = scalar.textLocation else { return location }
        return text.part(offset: offset, length: length)
    }
}

extension YAMLNode {
    package var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The elements, if this is a list.
    package var sequence: [YAMLNode]? {
        if case .sequence(let elements) = content { elements } else { nil }
    }

    package var mapping: YAMLMapping? {
        if case .mapping(let mapping) = content { mapping } else { nil }
    }

    /// Whether this is nothing: an absent value, `null` or `~`.
    package var isNull: Bool { scalar?.value == .null }

    package var asBool: Bool? {
        if case .bool(let value) = scalar?.value { value } else { nil }
    }

    package var asInt: Int? {
        if case .integer(let value) = scalar?.value { value } else { nil }
    }

    /// The number, if this is one. An integer is a number too.
    package var asDouble: Double? {
        switch scalar?.value {
        case .number(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    /// The text, if this is one: a quoted scalar always is, a plain one if it is nothing else.
    package var asString: String? {
        if case .text(let value) = scalar?.value { value } else { nil }
    }

    /// The value in words for a message: "the text `abc`", "a list", "a mapping", "the number 3", "nothing".
    package var describe: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let scalar): scalar.describe
        }
    }
}
