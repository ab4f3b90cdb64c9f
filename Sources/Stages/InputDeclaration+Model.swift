import StageInterface

extension InputDeclaration {
    /// A model of another stage in the place of a folder's path.
    ///
    /// - Parameter parameter: the name of the parameter that takes the path.
    static func model(inPlaceOf parameter: String = "model") -> InputDeclaration {
        InputDeclaration(
            fillingParameter: parameter, .model, help: "In the place of the parameter: a model that a stage gives.")
    }
}
