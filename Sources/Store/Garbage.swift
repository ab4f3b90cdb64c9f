package import Foundation
import SystemPackage

/// One thing that nothing needs.
package struct Garbage: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The record of a computation.
        case trace
        case object
        /// The folder of a computation that was not finished.
        case work
        /// An object that was set aside.
        case damaged
        /// What stages printed in a run.
        case log
        /// What a process that is gone left of things without a name.
        case scratch
    }

    package let kind: Kind
    /// Its name in the store: a key, a digest, a run.
    package let name: String
    /// What made it: the stage kind; empty where that is not known.
    package let origin: String
    package let bytes: Int
    /// When it was last used, as far as it is known.
    package let lastUsed: Date
    let path: FilePath
}
