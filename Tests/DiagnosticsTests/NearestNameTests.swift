import Diagnostics
import Testing

@Suite("Nearest names")
struct NearestNameTests {
    private let keys = ["epochs", "batch_size", "learning_rate", "lora_alpha", "seed", "r", "target_modules"]

    @Test(
        "a misspelt name finds the one that was meant",
        arguments: [
            ("epoch", "epochs"), ("learning_rte", "learning_rate"), ("laerning_rate", "learning_rate"),
            ("batchSize", "batch_size"), ("batch-size", "batch_size"), ("BATCH_SIZE", "batch_size"), ("sede", "seed"),
            ("seeds", "seed"), ("target_module", "target_modules"), ("R", "r"), ("lora-alhpa", "lora_alpha"),
            ("learning", "learning_rate"),
        ])
    func finds(name: String, expected: String) {
        #expect(NearestName.find(name, among: keys) == expected)
    }

    @Test("a name that is like none finds none", arguments: ["", "-", "x", "optimizer", "日本語"])
    func findsNone(name: String) {
        #expect(NearestName.find(name, among: keys) == nil)
    }

    @Test("the nearest wins, of equals the first")
    func order() {
        #expect(NearestName.find("train_3", among: ["train_1", "train_2"]) == "train_1")
        #expect(NearestName.find("tokens", among: ["tokes1", "token", "Tokens"]) == "Tokens")
        #expect(NearestName.find("abcdef", among: ["abcxyf", "abcdxf"]) == "abcdxf")
    }

    @Test("a text of any length is compared in no time", .timeLimit(.minutes(1)))
    func longNames() {
        let long = String(repeating: "a", count: 1_000_000)
        #expect(NearestName.find(long, among: keys) == nil)
        #expect(NearestName.find("seed", among: [long, "sede"]) == "sede")
    }
}
