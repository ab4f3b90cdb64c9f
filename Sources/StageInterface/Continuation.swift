/// A parameter of which a larger value goes on with the computation of a smaller one, to the same bytes as if it had
/// begun anew.
///
/// A stage of such a kind leaves the state in which it ended beside its artifact; it is not part of the artifact.
package struct ContinuationDeclaration: Sendable {
    /// The name of a parameter of whole numbers from 1.
    package let parameter: String
    /// Whether that holds with these values of the others.
    package let isExact: @Sendable (ParameterValues) throws -> Bool

    package init(parameter: String, isExact: @escaping @Sendable (ParameterValues) throws -> Bool) {
        self.parameter = parameter
        self.isExact = isExact
    }
}

/// Where a stage that others may go on from finds and leaves its state.
package struct ContinuationFolders: Sendable, Hashable, Codable {
    /// The absolute path of an empty folder to leave the state in.
    package var state: String
    /// The absolute path of the state that a computation with a smaller value left, if there is one.
    package var earlier: String?

    package init(state: String, earlier: String? = nil) {
        self.state = state
        self.earlier = earlier
    }
}
