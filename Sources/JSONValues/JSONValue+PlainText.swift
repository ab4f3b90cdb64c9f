extension JSONValue {
    /// The value as people read it: a text as it is, anything else as JSON spells it.
    package var plainText: String {
        // A number that JSON can't spell says nothing.
        stringValue ?? (try? canonical) ?? ""
    }
}
