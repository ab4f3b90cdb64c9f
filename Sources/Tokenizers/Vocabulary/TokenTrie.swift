/// A prefix tree over byte strings: finds the longest token that a text begins with in one walk.
///
/// Nodes are numbers, and the edges of all nodes share one open-addressed hash table from (node, byte) to node.
struct TokenTrie: Sendable {
    typealias Node = UInt32

    static let root: Node = 0
    /// What stands for "no node": nothing leads back to the root.
    static let none: Node = 0

    /// An edge's key holds the node's number in 24 bits.
    private static let maximumNodeCount = 1 << 24

    private struct Edge {
        var key: UInt32 = 0
        /// ``none`` in an empty slot.
        var child: Node = TokenTrie.none
    }

    private var edges: [Edge]
    /// How far a hash is shifted to become a slot.
    private var shift: UInt32
    /// The value that ends at a node; −1 where none does.
    private var values: [Int32] = [-1]

    init() {
        edges = Array(repeating: Edge(), count: 256)
        shift = 32 - 8
    }

    /// The node reached from `node` over `byte`, or ``none``.
    @inline(__always)
    func child(of node: Node, over byte: UInt8) -> Node {
        let key = node << 8 | UInt32(byte)
        var slot = slot(of: key)
        while true {
            let edge = edges[slot]
            if edge.key == key || edge.child == Self.none { return edge.child }
            slot = (slot + 1) & (edges.count - 1)
        }
    }

    /// The value of the string that ends at `node`.
    func value(at node: Node) -> Int32? {
        let value = values[Int(node)]
        return value < 0 ? nil : value
    }

    /// The node at the end of a string, or nil if no string in the tree begins so.
    func node(of string: some Sequence<UInt8>) -> Node? {
        var node = Self.root
        for byte in string {
            node = child(of: node, over: byte)
            if node == Self.none { return nil }
        }
        return node
    }

    /// The value of exactly this string.
    func value(of string: some Sequence<UInt8>) -> Int32? {
        node(of: string).flatMap(value(at:))
    }

    /// The longest string in the tree that `bytes[range]` begins with, and where it ends; never an empty one.
    @inline(__always)
    func longestMatch(
        in bytes: Span<UInt8>, _ range: Range<Int>, from start: Node = Self.root
    ) -> (value: Int32, end: Int)? {
        var node = start
        var value: Int32 = -1
        var end = range.lowerBound
        var index = range.lowerBound
        while index < range.upperBound {
            node = child(of: node, over: bytes[index])
            if node == Self.none { break }
            index += 1
            if values[Int(node)] >= 0 {
                value = values[Int(node)]
                end = index
            }
        }
        return value < 0 ? nil : (value, end)
    }

    // MARK: Building

    /// Puts a string into the tree.
    ///
    /// - Parameter replaces: whether the value takes the place of one that the string already has.
    /// - Returns: the value that the string already had; or nil.
    mutating func insert(_ string: some Sequence<UInt8>, value: Int32, replaces: Bool = false) -> Int32? {
        var node = Self.root
        for byte in string {
            let next = child(of: node, over: byte)
            node = next == Self.none ? addChild(of: node, over: byte) : next
        }
        let old = self.value(at: node)
        if old == nil || replaces { values[Int(node)] = value }
        return old
    }

    /// Whether strings of so many bytes together still fit.
    func hasRoom(for byteCount: Int) -> Bool {
        values.count + byteCount < Self.maximumNodeCount
    }

    private mutating func addChild(of node: Node, over byte: UInt8) -> Node {
        if values.count * 3 > edges.count * 2 { grow() }
        let child = Node(values.count)
        values.append(-1)
        place(Edge(key: node << 8 | UInt32(byte), child: child))
        return child
    }

    private mutating func grow() {
        let old = edges
        edges = Array(repeating: Edge(), count: old.count * 2)
        shift -= 1
        for edge in old where edge.child != Self.none { place(edge) }
    }

    private mutating func place(_ edge: Edge) {
        var slot = slot(of: edge.key)
        while edges[slot].child != Self.none { slot = (slot + 1) & (edges.count - 1) }
        edges[slot] = edge
    }

    /// Fibonacci hashing: the high bits of the product by 2³²/φ.
    @inline(__always)
    private func slot(of key: UInt32) -> Int { Int((key &* 0x9E37_79B1) >> shift) }
}
