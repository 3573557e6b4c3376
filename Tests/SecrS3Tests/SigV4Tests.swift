import SecrCrypto
import SecrS3
import Testing

/// The examples that AWS gives.
@Suite struct SigV4Tests {
    private static let secretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    private static let welcome = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"

    struct Example: Sendable, CustomTestStringConvertible {
        var name: String
        var method = "GET"
        var path = "/"
        var query: [(String, String)] = []
        var headers: [(String, String)] = []
        var bodyHash = SigV4.hashOfNothing
        /// Of the canonical request; the last line of what is signed.
        var hash: String?
        var signature: String

        var testDescription: String { name }
    }

    /// "Signature Calculations for the Authorization Header", Amazon S3 API Reference.
    @Test(arguments: [
        Example(
            name: "GET Object", path: "/test.txt", headers: [("Range", "bytes=0-9")],
            hash: "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972",
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        Example(
            name: "PUT Object", method: "PUT", path: "/test%24file.text",
            headers: [
                ("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ], bodyHash: welcome,
            hash: "9e0e90d9c76de8fa5b200d8c849cd5b8dc7a3be3951ddb7f6a76b4158342019d",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        Example(
            name: "GET Bucket Lifecycle", query: [("lifecycle", "")],
            hash: "9766c798316ff2757b517bc739a67f6213b4ab36dd5da2f94eaebf79c77395ca",
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        Example(
            name: "List Objects", query: [("prefix", "J"), ("max-keys", "2")],
            hash: "df57d21db20da04d7fa30298dd4488ba3a2b47ca3a489c74750e0f1e7df1b9b7",
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ])
    func examplesOfS3(_ example: Example) {
        let signer = SigV4(region: "us-east-1", time: 1_369_353_600)
        let headers = [
            ("Host", "examplebucket.s3.amazonaws.com"), ("x-amz-date", "20130524T000000Z"),
            ("x-amz-content-sha256", example.bodyHash),
        ]
        let request = SigV4.Request(
            example.method, example.path, query: example.query, headers: headers + example.headers,
            bodyHash: example.bodyHash)
        let toSign = signer.stringToSign(request)
        #expect(toSign.hasPrefix("AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n"))
        #expect(toSign.hasSuffix(example.hash!))
        let key = signer.signingKey(secretKey: SecretBytes(copying: Self.secretKey.utf8))
        let signature = signer.signature(of: request, key: key)
        #expect(signature == example.signature)
        let value = signer.authorization(of: request, accessKey: "AKIAIOSFODNN7EXAMPLE", key: key)
        #expect(
            value.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "))
        #expect(value.hasSuffix(", Signature=\(example.signature)"))
    }

    /// aws-sig-v4-test-suite.
    @Test(arguments: [
        Example(
            name: "get-vanilla", hash: "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63",
            signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        Example(
            name: "post-vanilla", method: "POST",
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        Example(
            name: "get-vanilla-query-order-key-case", query: [("Param2", "value2"), ("Param1", "value1")],
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        Example(
            name: "get-vanilla-query-order-value", query: [("Param1", "value2"), ("Param1", "value1")],
            signature: "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"),
        Example(
            name: "get-vanilla-empty-query-key", query: [("Param1", "value1")],
            signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
        Example(
            name: "get-unreserved", path: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
        Example(
            name: "get-header-key-duplicate",
            headers: [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
            signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
        Example(
            name: "get-header-value-trim", headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
    ])
    func testSuite(_ example: Example) {
        let signer = SigV4(region: "us-east-1", service: "service", time: 1_440_938_160)
        let headers = [("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")]
        let request = SigV4.Request(
            example.method, example.path, query: example.query, headers: headers + example.headers)
        if let hash = example.hash { #expect(signer.stringToSign(request).hasSuffix(hash)) }
        let secret = SecretBytes(copying: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".utf8)
        let signature = signer.signature(of: request, key: signer.signingKey(secretKey: secret))
        #expect(signature == example.signature)
    }

    @Test(arguments: [
        (0, "19700101T000000Z"), (951_782_400, "20000229T000000Z"), (1_709_164_799, "20240228T235959Z"),
        (1_709_164_800, "20240229T000000Z"), (1_735_689_599, "20241231T235959Z"), (4_107_542_400, "21000301T000000Z"),
        (253_402_300_799, "99991231T235959Z"),
    ])
    func times(seconds: Int64, text: String) { #expect(SigV4.timestamp(seconds) == text) }

    @Test func encoding() {
        #expect(SigV4.encode("a/b c+d~*'()\u{E9}%") == "a%2Fb%20c%2Bd~%2A%27%28%29%C3%A9%25")
        #expect(SigV4.encode("/a//b", keepsSlashes: true) == "/a//b")
        // Names in order before values: an encoded name is not sorted by what stands behind it.
        #expect(SigV4.query([("a", "2"), ("a-b", "0"), ("a", "1"), ("A", "3")]) == "A=3&a=1&a=2&a-b=0")
    }
}
