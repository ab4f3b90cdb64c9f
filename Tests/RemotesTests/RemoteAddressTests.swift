import Testing

@testable import Remotes

@Suite("RemoteAddress")
struct RemoteAddressTests {
    @Test(
        "people see no secrets",
        arguments: [
            ("s3:bucket/prefix", "s3:bucket/prefix"), ("/mnt/shared", "/mnt/shared"), ("../a,b:c", "../a,b:c"),
            ("folder", "folder"), (":local:/x", ":local:/x"),
            ("s3,secret_access_key=geheim:bucket", "s3,…:bucket"),
            (":webdav,url='http://host:80',pass=geheim:a/b", ":webdav,…:a/b"),
            (":webdav,url=\"http://host\",pass='ge:heim':", ":webdav,…:"),
            (":webdav,url=http://host:80,pass=geheim:", ":webdav,…"), (":sftp,pass=geheim", ":sftp,…"),
        ])
    func shown(spelled: String, shown: String) throws {
        #expect(try #require(RemoteAddress(spelled)).description == shown)
    }

    @Test("nor in what rclone says")
    func messages() throws {
        let address = try #require(RemoteAddress(":webdav,url=http://host:80,pass=geheim:x"))
        let message =
            "Failed for \":webdav,url=http://host:80,pass=geheim:x\": Propfind \"http/./host:80,pass=geheim:x\""
        #expect(!address.redacted(message).contains("geheim"))
        #expect(address.redacted(message).hasPrefix("Failed for \":webdav,…\""))
    }

    @Test("a text that names nothing is none")
    func nothing() {
        #expect(RemoteAddress("") == nil)
        #expect(RemoteAddress("a\nb") == nil)
    }
}
