package import JSONValues

/// As a comparison's file spells it: `{"mean": 0.85, "std": 0.005, "min": 0.84, "max": 0.855}`, without `std` for one value.
extension Spread {
    package init?(json: JSONValue) {
        guard let mean = json["mean"].doubleValue else { return nil }
        self.init(
            mean: mean, deviation: json["std"].doubleValue, least: json["min"].doubleValue ?? mean,
            greatest: json["max"].doubleValue ?? mean)
    }

    package var json: JSONValue {
        var json: JSONValue = ["mean": .double(mean), "min": .double(least), "max": .double(greatest)]
        if let deviation { json["std"] = .double(deviation) }
        return json
    }
}
