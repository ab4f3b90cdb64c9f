import Foundation
import JSONValues
import TestSupport
import Testing

@Suite("The same bytes", .ownThread, .serialized)
struct ReproducibilityTests {
    @Test("another folder, umask, locale, time zone and other times of files give the same artifacts")
    func surroundings() throws {
        var digests: [[String: String]] = []
        for (mask, locale, zone) in [("022", "C", "UTC"), ("077", "C.utf8", "Asia/Kathmandu")] {
            try TinyProject.with { project in
                let zoneTime = Date(timeIntervalSince1970: zone == "UTC" ? 1_000_000_000 : 4_000_000_000)
                for name in ["rows.csv", "models/tiny/vocab.txt", "models/tiny/model.safetensors"] {
                    let path = project.folder.appending(path: name).path
                    try FileManager.default.setAttributes([.modificationDate: zoneTime], ofItemAtPath: path)
                }
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/bin/sh")
                process.arguments = [
                    "-c", #"umask \#(mask); exec "$0" run p.yaml --json --threads 1 >output 2>errors"#,
                    Program.buildFolder.appending(path: "peft-pipeline").path,
                ]
                process.currentDirectoryURL = project.folder
                var environment = ProcessInfo.processInfo.environment
                environment["LC_ALL"] = locale
                environment["TZ"] = zone
                process.environment = environment
                try process.run()
                process.waitUntilExit()
                #expect(process.terminationStatus == 0)
                let output = try String(contentsOf: project.folder.appending(path: "output"), encoding: .utf8)
                digests.append(project.digests(try TinyProject.stages(output)))
                // A file of the future, as after a clock that was set back, is a hit all the same; its change is seen.
                #expect(Set(project.states(try project.run().stages).values) == ["hit"])
            }
        }
        #expect(digests.first?.count == 6)
        #expect(digests.first == digests.last)
    }

    @Test("a stage whose second execution gives other bytes is called not deterministic, by its name")
    func notDeterministic() throws {
        try TinyProject.with(pipeline: KillTests.cheap) { project in
            let worker = project.folder.appending(path: "worker")
            let real = Program.buildFolder.appending(path: "peft-worker").path
            let script = #"""
                #!/bin/bash
                coproc worker { "\#(real)" "$1"; }
                while IFS= read -r task; do
                    printf '%s\n' "$task" >&"${worker[1]}"
                    while IFS= read -r message <&"${worker[0]}"; do
                        if [[ $message == '{"ended"'* && $task == *'"kind":"tokenize"'* ]]; then
                            output=$(sed 's/.*"output":"\([^"]*\)".*/\1/' <<<"$task")
                            date +%s%N >"${output//\\\//\/}/noise"
                        fi
                        printf '%s\n' "$message"
                        [[ $message != '{"ended"'* ]] || break
                    done
                done
                """#
            try project.write(script + "\n", to: "worker")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: worker.path)
            var program = project.program
            program.environment["PEFT_PIPELINE_WORKER"] = worker.path
            let run = ["run", "p.yaml", "--json", "--threads", "1"]
            let first = try program.run(run)
            #expect(first.status == 0, "\(first.output)")
            #expect(!first.output.contains("not deterministic"))
            let again = try program.run(run + ["--force"])
            let told = try again.output.split(separator: "\n").map { try JSONValue(parsing: $0) }.filter {
                $0["message"].stringValue?.contains("it is not deterministic") == true
            }
            #expect(told.count == 1, "\(again.output)")
            #expect((try? told.first?.canonical)?.contains("tokens") == true)
        }
    }
}
