package import Diagnostics
package import JSONValues
package import StageInterface

/// A stage of a checked pipeline.
package struct Stage: Sendable {
    /// Another stage's artifact that this stage reads.
    package struct Input: Sendable, Hashable {
        /// The input's name in the stage kind's declaration.
        package let name: String
        /// The name of the stage that feeds it.
        package let stage: String
        /// What that stage gives.
        package let artifact: ArtifactType
        /// For an input that gathers: the feeding stage as the file writes it, and where its instance stands.
        package let source: Source?
        /// Where `from` says so.
        package let location: SourceLocation
    }

    /// What another stage gives in the place of a path: what it fetched of another machine, or what it made.
    package struct Supplied: Sendable, Hashable {
        /// Where the path would stand, from the top of `with`.
        package let parameter: [String]
        /// What stands there: an address, or ``StageReference``.
        package let spelled: String
        /// What messages and results call it.
        package let shown: String
        /// Of an artifact's files the one that is meant; nil for its folder.
        package let fileName: String?
        /// The name of the stage that gives it.
        package let stage: String
        /// What that stage gives.
        package let artifact: ArtifactType
    }

    /// Where a gathered artifact comes from.
    package struct Source: Sendable, Hashable {
        package let stage: String
        package let coordinates: [AxisValue]

        package var axes: [String: JSONValue] {
            Dictionary(coordinates.map { ($0.axis, $0.value) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// Of an instance with where it stands: `adapter[r=4,seed=1]`.
    package let name: String
    /// The name in the pipeline's file.
    package let writtenName: String
    /// Where an instance of a stage that fans out stands, on each axis that leads to it.
    package let coordinates: [AxisValue]
    package let declaration: StageDeclaration
    package let description: String?

    /// Every parameter's value, by name: defaults and inherited values filled in, paths as they are spelled.
    package let values: [String: JSONValue]

    /// The names of the parameters that the pipeline writes for this stage.
    package let written: Set<String>

    /// The connected inputs, in the order of the declaration.
    package let inputs: [Input]

    /// What it reads in the place of paths.
    package let supplied: [Supplied]

    /// What it gives.
    package let output: ArtifactType

    /// Where the stage's name stands.
    package let location: SourceLocation

    /// Where parameters stand that are not written: `with`, or else `uses`.
    let withLocation: SourceLocation

    /// Written and inherited values with their places.
    let places: [String: LocatedValue]

    let projectFolder: String
}

// MARK: - Places

extension Stage {
    /// Where the pipeline says what a parameter's value is.
    ///
    /// For an inherited value that is at the stage which it is inherited from; for a value that isn't written, at
    /// the nearest mapping or list around it that is.
    ///
    /// - Parameter path: the path from the top of `with`; an index is a number.
    package func location(ofParameter path: [String]) -> SourceLocation {
        place(ofParameter: path)?.location ?? withLocation
    }

    /// Where a parameter's value itself is written: for `$(name)` under `params` or on the command line.
    package func origin(ofParameter path: [String]) -> SourceLocation {
        place(ofParameter: path)?.origin ?? withLocation
    }

    /// Where a parameter's value itself is written, as a reason names it: `pipelines/sentiment.yaml:5`, `--set r=16`.
    package func originDescription(ofParameter path: [String]) -> String {
        let origin = origin(ofParameter: path)
        return ParameterOverride.description(of: origin) ?? origin.pathAndLine
    }

    private func place(ofParameter path: [String]) -> LocatedValue.Place? {
        guard let name = path.first else { return nil }
        return places[name]?.place(of: path.dropFirst())
    }
}

// MARK: - Paths

extension Stage {
    /// A file or folder that a parameter names.
    package struct File: Sendable {
        /// Where the path stands, from the top of `with`.
        package let parameter: [String]
        /// How the stage reads it: ``ParameterType/file(_:)`` or ``ParameterType/folder(reading:)``.
        package let type: ParameterType
        package let path: InputPath
    }

    /// The files and folders that the parameters name, in the order of the declarations.
    package var files: [File] {
        declaration.parameters.paths(in: values).map {
            File(parameter: $0.parameter, type: $0.type, path: inputPath($0.spelled))
        }
    }

    /// The parameters as the stage's code reads them: each path with its absolute place.
    ///
    /// - Parameter artifacts: the folders of what is supplied, by the stage that gave it.
    package func parameterValues(artifacts: [String: String] = [:]) -> ParameterValues {
        ParameterValues(
            .object(
                declaration.parameters.mappingPaths(in: values) { _, spelled in
                    guard let supplied = supplied(spelledAs: spelled) else { return inputPath(spelled).json }
                    var path = artifacts[supplied.stage] ?? ""
                    if let name = supplied.fileName { path += "/" + name }
                    return InputPath(spelled: supplied.shown, path: path).json
                }))
    }

    /// What stands in the place of a path.
    package func supplied(spelledAs spelled: String) -> Supplied? { supplied.first { $0.spelled == spelled } }

    /// Where a path that the pipeline spells lies. Paths are relative to the project's folder.
    package func inputPath(_ spelled: String) -> InputPath {
        InputPath(spelled: spelled, path: ProjectPath.absolute(spelled, in: projectFolder))
    }
}

// MARK: - What feeds it

extension Stage {
    /// What passes from another stage to this one: by an input, or in the place of a path.
    package struct Connection: Sendable, Hashable {
        /// The input's or the parameter's name.
        package let name: String
        package let stage: String
        package let artifact: ArtifactType
    }

    package var connections: [Connection] {
        inputs.map { Connection(name: $0.name, stage: $0.stage, artifact: $0.artifact) }
            + supplied.map {
                Connection(name: $0.parameter.joined(separator: "."), stage: $0.stage, artifact: $0.artifact)
            }
    }

    /// The stages that feed it.
    package var feeders: [String] { inputs.map(\.stage) + supplied.map(\.stage) }
}
