import Foundation
import SecrCrypto
import SecrS3
import SecrTestSupport
import SystemPackage
import Testing

@Suite struct CredentialsTests {
    private static let good = """
        # comment
        [other]
        aws_access_key_id = OTHER
        aws_secret_access_key = othersecret

        ; another one
        [default]\r
          aws_access_key_id=AKIA\r
        AWS_Secret_Access_Key = a=b/c+d==
        region = eu-central-1
        [temporary]
        aws_access_key_id = ASIA
        aws_secret_access_key = s
        aws_session_token = token==
        """

    private func accessKey(_ text: String, _ profile: String) -> String {
        do {
            return try S3Credentials(contents: SecretBytes(copying: text.utf8), profile: profile).accessKey
        } catch {
            return error.code == .badCredentials ? "bad" : "\(error)"
        }
    }

    @Test func profiles() {
        #expect(accessKey(Self.good, "default") == "AKIA")
        #expect(accessKey(Self.good, "other") == "OTHER")
        #expect(accessKey(Self.good, "temporary") == "ASIA")
        #expect(accessKey(Self.good, "none") == "bad")
    }

    @Test(arguments: [
        "", "[default]", "[default]\naws_access_key_id = A", "[default]\naws_secret_access_key = s",
        "aws_access_key_id = A\naws_secret_access_key = s",
        "[default\naws_access_key_id = A\naws_secret_access_key = s",
        "[default]\naws_access_key_id = A\naws_access_key_id = B\naws_secret_access_key = s",
        "[default]\naws_access_key_id = A\naws_secret_access_key =",
        "[default]\naws_access_key_id A\naws_secret_access_key = s",
        "[default]\naws_access_key_id = A\naws_secret_access_key = s\n[default]\n", "[]\n[default]",
        "[default]\naws_access_key_id = A B\naws_secret_access_key = s",
        "[default]\naws_access_key_id = A/B\naws_secret_access_key = s",
        "[default]\naws_access_key_id = A\naws_secret_access_key = s s",
        "[default]\naws_access_key_id = A\naws_secret_access_key = s\naws_session_token = a\u{0}b",
        "[default]\naws_access_key_id = A\naws_secret_access_key = " + String(repeating: "s", count: 257),
    ])
    func malformed(text: String) { #expect(accessKey(text, "default") == "bad") }

    @Test func theFileIsTheOwners() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(Array(Self.good.utf8), to: "credentials").path
        func reason() -> String {
            do {
                return try S3Credentials(file: FilePath(file)).accessKey
            } catch {
                return error.description
            }
        }
        for (mode, isGood) in [
            (0o600, true), (0o400, true), (0o640, true), (0o644, false), (0o620, false), (0o602, false),
        ] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
            #expect((reason() == "AKIA") == isGood, "mode \(String(mode, radix: 8)): \(reason())")
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        try Data(count: S3Credentials.largestFile + 1).write(to: URL(filePath: file))
        #expect(reason().contains("64 KiB"))
        try FileManager.default.removeItem(atPath: file)
        #expect(reason().contains("can't open"))
    }

    @Test func environment() throws {
        func accessKey(_ variables: [String: String]) -> String? {
            try? S3Credentials(environment: variables).accessKey
        }
        let both = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"]
        #expect(accessKey(both) == "A")
        #expect(accessKey(both.merging(["AWS_SESSION_TOKEN": ""]) { $1 }) == "A")
        #expect(accessKey(both.merging(["AWS_SESSION_TOKEN": "t"]) { $1 }) == "A")
        #expect(accessKey(both.merging(["AWS_SECRET_ACCESS_KEY": ""]) { $1 }) == nil)
        #expect(accessKey(["AWS_ACCESS_KEY_ID": "A"]) == nil)
    }

    @Test(arguments: [
        ("", "r", "b"), ("s3.example", "r", "b"), ("ftp://s3.example", "r", "b"), ("http://", "r", "b"),
        ("http://user@s3.example", "r", "b"), ("http://s3.example/base", "r", "b"), ("http://s3.example?x", "r", "b"),
        ("http://s3.example", "", "b"), ("http://s3.example", "a/b", "b"), ("http://s3.example", "r", ""),
        ("http://s3.example", "r", "a/b"), ("http://s3.example", "r", ".."), ("http://s3.example", "r", "a\r\n"),
    ])
    func badConfigurations(endpoint: String, region: String, bucket: String) throws {
        let configuration = S3Configuration(endpoint: endpoint, region: region, bucket: bucket)
        let environment = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"]
        #expect(throws: S3Error.self) {
            _ = try S3Client(configuration, credentials: S3Credentials(environment: environment), http: .init())
        }
    }
}
