/// Tells whether two lists of examples have the same tokens: a digest of ids and segments.
package enum ExampleDigest {
    package static func make(_ examples: [EncodedExample]) -> String {
        var digest = FNV1a()
        digest.add(examples.count)
        for example in examples {
            digest.add(example.ids)
            digest.add(example.tokenTypeIDs ?? [])
        }
        return String(digest.value, radix: 16)
    }
}
