import Diagnostics
import Foundation
import StageInterface
import Threading

/// Checks that the files and folders which parameters name are there.
struct PathChecker {
    struct Finding {
        let message: String
        let help: String?
    }

    private enum Kind: Sendable { case file, folder }

    /// What has been reported: stages that share a value share its fault.
    private struct Reported: Hashable {
        let location: SourceLocation
        let path: String
    }

    private let projectFolder: String
    private var kinds: [String: Kind?] = [:]
    private var namesInFolder: [String: [String]] = [:]
    private var suggestions = Suggestions()
    private var reported: Set<Reported> = []

    init(projectFolder: String) { self.projectFolder = projectFolder }

    /// What is wrong with a path; nil also where that has been said for the same place in the text.
    mutating func check(_ path: ParameterPath, writtenAt location: @autoclosure () -> SourceLocation) -> Finding? {
        let absolute = ProjectPath.absolute(path.spelled, in: projectFolder)
        guard let finding = finding(for: path, at: absolute) else { return nil }
        return reported.insert(Reported(location: location(), path: absolute)).inserted ? finding : nil
    }

    private mutating func finding(for path: ParameterPath, at absolute: String) -> Finding? {
        let spelled = path.spelled
        guard !spelled.isEmpty, !spelled.utf8.contains(0) else {
            let found = spelled.isEmpty ? "an empty text" : "a text with a null character"
            return Finding(message: "expected \(path.type), found \(found)", help: nil)
        }
        let kind = kind(of: absolute)
        switch path.type {
        case .folder(let files):
            if kind == .file {
                return Finding(message: "`\(spelled)` is a file, expected a folder", help: "looked at \(absolute)")
            }
            guard kind == .folder else { return missing("folder", spelled, at: absolute) }
            guard !files.isEmpty, !files.contains(where: { self.kind(of: absolute + "/" + $0) == .file }) else {
                return nil
            }
            let names = files.map { "`\($0)`" }.joined(separator: ", ")
            return Finding(
                message: "the folder `\(spelled)` has no \(files.count == 1 ? names : "file of \(names)")",
                help: "looked in \(absolute)")
        default:
            if kind == .folder {
                return Finding(message: "`\(spelled)` is a folder, expected a file", help: "looked at \(absolute)")
            }
            return kind == .file ? nil : missing("file", spelled, at: absolute)
        }
    }

    private mutating func kind(of path: String) -> Kind? {
        if let known = kinds[path] { return known }
        let kind = Self.kind(of: path)
        kinds[path] = .some(kind)
        return kind
    }

    private static func kind(of path: String) -> Kind? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
    }

    /// Looks at paths, many at once, so that each need not wait for the one before.
    mutating func look(at paths: [String]) {
        guard paths.count > Self.part else { return }
        let absolute = paths.map { ProjectPath.absolute($0, in: projectFolder) }
        let found = absolute.concurrentMap(part: Self.part) { Self.kind(of: $0) }
        for (path, kind) in zip(absolute, found) { kinds[path] = .some(kind) }
    }

    /// How many paths one thread looks at before it takes more.
    private static let part = 256

    /// Names the first part of the path that is missing, and the name most like it where it should be.
    private mutating func missing(_ what: String, _ spelled: String, at absolute: String) -> Finding {
        var folder = "/"
        var help = "looked for \(absolute)"
        for component in absolute.split(separator: "/").map(String.init) {
            let next = folder == "/" ? folder + component : folder + "/" + component
            if kind(of: next) == nil {
                let names = names(in: folder)
                if let nearest = suggestions.nearest(to: component, among: names) {
                    help += "\n`\(folder)` has a similar name: `\(nearest)`"
                }
                break
            }
            folder = next
        }
        if spelled.hasPrefix("~") { help += "\n`~` does not stand for a home folder here: write the whole path" }
        return Finding(message: "there is no \(what) `\(spelled)`", help: help)
    }

    private mutating func names(in folder: String) -> [String] {
        if let known = namesInFolder[folder] { return known }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        namesInFolder[folder] = names
        return names
    }
}
