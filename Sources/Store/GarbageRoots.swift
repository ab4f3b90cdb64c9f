/// What must stay, beside what the journals and live runs name: a seam for lists that lie elsewhere.
package struct GarbageRoots: Sendable {
    package var keys: Set<StoreKey> = []
    package var objects: Set<ContentDigest> = []

    package init(keys: Set<StoreKey> = [], objects: Set<ContentDigest> = []) {
        self.keys = keys
        self.objects = objects
    }
}
