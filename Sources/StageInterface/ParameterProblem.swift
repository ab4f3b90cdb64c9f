/// What is wrong with a parameter that a pipeline writes.
package struct ParameterProblem: Sendable, Hashable {
    /// Where, from the top of `with:`; an index is a number. For a missing key, the mapping that lacks it.
    package let path: [String]
    /// The key itself is wrong rather than its value.
    package let concernsKey: Bool
    /// The key that the mapping at `path` lacks.
    package let missingKey: String?
    package let message: String
    /// Names from which the nearest to `unknownName` may be suggested.
    package let candidates: [String]
    /// The name that is none of the candidates; the last of `path` where the key itself is wrong.
    package let unknownName: String?
    package let help: String?

    package init(
        path: [String], concernsKey: Bool = false, missingKey: String? = nil, message: String,
        candidates: [String] = [], unknownName: String? = nil, help: String? = nil
    ) {
        self.path = path
        self.concernsKey = concernsKey
        self.missingKey = missingKey
        self.message = message
        self.candidates = candidates
        self.unknownName = unknownName ?? (concernsKey && missingKey == nil ? path.last : nil)
        self.help = help
    }
}
