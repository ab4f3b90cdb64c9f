extension LocalServer.Answer {
    /// A file's content as a good server gives it: whole, or the part that is asked for if it still is that content.
    package static func content(_ bytes: [UInt8], tag: String? = "\"v1\"", for request: LocalServer.Request) -> Self {
        var answer = LocalServer.Answer(body: bytes)
        if let tag { answer.headers["ETag"] = tag }
        let isSame = request.headers["if-range"].map { $0 == tag } ?? true
        guard isSame, let range = request.headers["range"], range.hasPrefix("bytes="),
            let start = range.dropFirst("bytes=".count).split(separator: "-").first.flatMap({ Int($0) })
        else { return answer }
        guard start < bytes.count else {
            answer.status = 416
            answer.body = []
            return answer
        }
        answer.status = 206
        answer.body = Array(bytes[start...])
        answer.headers["Content-Range"] = "bytes \(start)-\(bytes.count - 1)/\(bytes.count)"
        return answer
    }

    /// Sends on to another address.
    package static func redirect(to address: String, headers: [String: String] = [:]) -> Self {
        var answer = LocalServer.Answer(status: 302, headers: headers)
        answer.headers["Location"] = address
        return answer
    }
}
