import SecrMLS
import SecrTestSupport
import Testing

/// Labels, derivations, signatures and encryption of every suite (RFC 9420, sections 5.1, 5.2, 8 and 9.1).
@Suite(.enabled(if: VectorFile.areThere, "SECR_VECTORS is not set")) struct CryptographyVectorTests {
    struct Case: SuiteCase {
        struct RefHash: Decodable {
            var label: String
            var value, out: Hexadecimal
        }

        struct Expansion: Decodable {
            var secret, context, out: Hexadecimal
            var label: String
            var length: Int
        }

        struct Derivation: Decodable {
            var secret, out: Hexadecimal
            var label: String
        }

        struct TreeDerivation: Decodable {
            var secret, out: Hexadecimal
            var label: String
            var generation: UInt32
            var length: Int
        }

        struct Signature: Decodable {
            var priv, pub, content, signature: Hexadecimal
            var label: String
        }

        struct Encryption: Decodable {
            var priv, pub, context, plaintext, kemOutput, ciphertext: Hexadecimal
            var label: String
        }

        var cipherSuite: UInt16
        var refHash: RefHash
        var expandWithLabel: Expansion
        var deriveSecret: Derivation
        var deriveTreeSecret: TreeDerivation
        var signWithLabel: Signature
        var encryptWithLabel: Encryption
    }

    @Test(.needs(.cryptoBasics)) func cryptoBasics() throws {
        try VectorFile.cryptoBasics.check { (one: Case, algorithms) in
            try #require(algorithms.reference(one.refHash.label, one.refHash.value.bytes) == one.refHash.out.bytes)
            let expansion = one.expandWithLabel
            let expanded = algorithms.expand(
                expansion.secret.secret, label: expansion.label, context: expansion.context.bytes,
                count: expansion.length)
            try #require(expanded == expansion.out.secret)
            let derivation = one.deriveSecret
            try #require(
                algorithms.derive(derivation.secret.secret, derivation.label) == derivation.out.secret)
            let tree = one.deriveTreeSecret
            let derived = algorithms.deriveTree(
                tree.secret.secret, tree.label, generation: tree.generation, count: tree.length)
            try #require(derived == tree.out.secret)
            try check(one.signWithLabel, algorithms)
            try check(one.encryptWithLabel, algorithms)
        }
    }

    private func check(_ one: Case.Signature, _ algorithms: SuiteAlgorithms) throws {
        let (content, key) = (one.content.bytes, one.pub.bytes)
        try #require(try algorithms.signature.publicKey(of: one.priv.privateKey(algorithms)) == key)
        let own = try algorithms.sign(one.label, content, with: one.priv.privateKey(algorithms))
        for signature in [one.signature.bytes, own] {
            try algorithms.verify(signature, one.label, content, by: key, "5.1.2")
            try #require(throws: MLSError.self) {
                try algorithms.verify(signature, one.label + "x", content, by: key, "5.1.2")
            }
        }
    }

    private func check(_ one: Case.Encryption, _ algorithms: SuiteAlgorithms) throws {
        try #require(try algorithms.kem.publicKey(of: one.priv.privateKey(algorithms)) == one.pub.bytes)
        let published = HPKECiphertext(kemOutput: one.kemOutput.bytes, ciphertext: one.ciphertext.bytes)
        let own = try algorithms.encrypt(
            one.plaintext.secret, to: one.pub.bytes, label: one.label, context: one.context.bytes)
        for encrypted in [published, own] {
            let opened = try algorithms.decrypt(
                encrypted, with: one.priv.privateKey(algorithms), label: one.label, context: one.context.bytes)
            try #require(opened == one.plaintext.secret)
            try #require(throws: MLSError.self) {
                try algorithms.decrypt(encrypted, with: one.priv.privateKey(algorithms), label: one.label, context: [])
            }
        }
    }
}

/// The one hash function that is written here and not taken from swift-crypto.
@Suite struct SHAKE256Tests {
    @Test func nothing() {
        let output = "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f"
        #expect(SHAKE256.hash([], count: 32) == Hexadecimal.bytes(output))
        #expect(SHAKE256.hash([], count: 0) == [])
    }

    /// Inputs of up to two blocks and more, outputs of up to three.
    @Test(.enabled(if: Run.isInstalled("python3"), "there is no python3")) func agreesWithPython() throws {
        let script = """
            import hashlib
            for length in range(301):
                data = bytes((length * 31 + place * 7) % 256 for place in range(length))
                for count in (1, 32, 136, 137, 400):
                    print(hashlib.shake_256(data).hexdigest(count))
            """
        let run = try Run.program("python3", ["-c", script])
        #expect(run.status == 0, "\(run.errors)")
        let expected = run.text.split(separator: "\n").map { Hexadecimal.bytes(String($0)) }
        let computed = (0...300).flatMap { length in
            let data = (0..<length).map { UInt8((length * 31 + $0 * 7) % 256) }
            return [1, 32, 136, 137, 400].map { SHAKE256.hash(data, count: $0) }
        }
        #expect(expected == computed)
        #expect(computed.count == 1_505)
        print("SHAKE256: \(zip(expected, computed).count { $0 == $1 }) of \(computed.count) hashes agree with Python's")
    }
}
