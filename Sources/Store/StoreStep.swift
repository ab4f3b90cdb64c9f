package import SystemPackage

/// One change that the store makes to the disk, as a fault point sees it.
///
/// A store opened with a fault point calls it around every change. A test makes it throw, or end the process, and then
/// asks what a next run finds. Without one the cost is a comparison.
package struct StoreStep: Sendable, Hashable, CustomStringConvertible {
    package enum Operation: String, Sendable {
        case createFolder = "create folder"
        case write
        case sync
        case rename
        case freeze
        case remove
    }

    package enum Moment: String, Sendable {
        case before
        /// Half of a write's bytes are in the file.
        case midway
        case after
    }

    package let operation: Operation
    package let moment: Moment
    /// The file or folder that is changed; of a rename, the new name.
    package let path: FilePath

    package var description: String { "\(moment.rawValue) \(operation.rawValue) \(path)" }
}

/// What is called around every change to the disk. An `Errno` that it throws is treated as the operation's own failure,
/// any other error ends the caller's work at once.
package typealias FaultPoint = @Sendable (StoreStep) throws -> Void
