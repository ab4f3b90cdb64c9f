/// Why a chat template can't be read or rendered, and where in it.
package struct TemplateError: Error, Hashable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// The text is no template, or uses a tag, filter or test that is not known here.
        case syntax
        /// An expression has no value: an undefined name, the wrong type, division by zero.
        case evaluation
        /// The template itself refused its input, by `raise_exception`.
        case raised
        /// The template asks for more than ``TemplateLimits`` allow.
        case limit
    }

    package let kind: Kind
    /// What the template is called, usually its file.
    package let template: String
    /// Counted from 1; nil where the fault is in no place of the template.
    package let line: Int?
    /// In Unicode scalars, counted from 1.
    package let column: Int?
    /// What is wrong and what was expected, without the place.
    package let message: String

    package var description: String {
        guard let line, let column else { return "\(template): \(message)" }
        return "\(template):\(line):\(column): \(message)"
    }
}
