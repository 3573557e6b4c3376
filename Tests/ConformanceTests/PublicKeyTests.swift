import Crypto
import Foundation
import SecrMLS
import SecrTestSupport
import Testing

/// Which public keys are accepted: those with which a secret can be shared, and no others.
@Suite struct PublicKeyTests {
    /// The points of low order of Curve25519 and of its twist, in every way to write them that leaves the highest bit
    /// out (RFC 7748, section 6.1).
    static let lowOrder = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]

    static let suites = CipherSuites().all

    private let hybrid = SecrMLS.KEM.mlkem768X25519

    private func sendToHybrid(_ bytes: [UInt8]) throws {
        _ = try HPKE.Sender(
            recipientKey: XWingMLKEM768X25519.PublicKey(rawRepresentation: bytes),
            ciphersuite: HPKE.Ciphersuite(kem: .XWingMLKEM768X25519, kdf: .HKDF_SHA384, aead: .AES_GCM_256),
            info: Data())
    }

    /// With the highest bit, which readers leave out, and without it. That they leave no secret is tried.
    @Test(arguments: lowOrder, [0, 0x80] as [UInt8]) func pointsOfLowOrderAreRefused(point: String, bit: UInt8) throws {
        var point = try #require(Hexadecimal.bytes(point))
        point[31] |= bit
        #expect(!SecrMLS.KEM.x25519.isValidPublicKey(point))
        let secret = try Curve25519.KeyAgreement.PrivateKey()
            .sharedSecretFromKeyAgreement(with: Curve25519.KeyAgreement.PublicKey(rawRepresentation: point))
        #expect(secret.withUnsafeBytes { Array($0) } == [UInt8](repeating: 0, count: 32))

        let key = try hybrid.generateKeyPair().publicKey
        try sendToHybrid(key)
        let replaced = Array(key.dropLast(32)) + point
        #expect(!hybrid.isValidPublicKey(replaced))
        #expect(throws: (any Error).self) { try sendToHybrid(replaced) }
    }

    /// RFC 9180, section 7.1.4: neither who sends nor who receives goes on with a secret that everybody knows.
    @Test(arguments: [CipherSuite.x25519AES128GCM, .x25519ChaCha20Poly1305, .mlkem768X25519AES256GCM], lowOrder)
    func nothingIsSharedThroughPointsOfLowOrder(suite: CipherSuite, point: String) throws {
        let algorithms = try CipherSuites().algorithms(of: suite)
        let point = try #require(Hexadecimal.bytes(point))
        let pair = try algorithms.kem.generateKeyPair()
        let (kemOutput, sent) = try algorithms.exportSecret(to: pair.publicKey, context: "test")
        #expect(
            try algorithms.exportSecret(from: kemOutput, privateKey: pair.privateKey, context: "test") == sent)

        let badKey = pair.publicKey.dropLast(32) + point
        let badOutput = kemOutput.dropLast(32) + point
        #expect(throws: MLSError.self) { try algorithms.exportSecret(to: Array(badKey), context: "test") }
        #expect(throws: MLSError.self) {
            try algorithms.encrypt(sent, to: Array(badKey), label: "test", context: [])
        }
        #expect(throws: MLSError.self) {
            try algorithms.exportSecret(from: Array(badOutput), privateKey: pair.privateKey, context: "test")
        }
    }

    /// Sets one of the coefficients of an ML-KEM key; two of them are in three bytes.
    private func set(_ index: Int, to value: Int, in key: inout [UInt8]) {
        let start = index / 2 * 3
        if index % 2 == 0 {
            key[start] = UInt8(value & 0xFF)
            key[start + 1] = key[start + 1] & 0xF0 | UInt8(value >> 8)
        } else {
            key[start + 1] = key[start + 1] & 0x0F | UInt8(value & 0x0F) << 4
            key[start + 2] = UInt8(value >> 4)
        }
    }

    /// FIPS 203, section 7.2.
    @Test func coefficientsAreBelowTheModulus() throws {
        let key = try hybrid.generateKeyPair().publicKey
        for index in 0..<768 {
            for (value, isValid) in [(0, true), (3328, true), (3329, false), (3330, false), (4095, false)] {
                var changed = key
                set(index, to: value, in: &changed)
                #expect(hybrid.isValidPublicKey(changed) == isValid, "\(value) at \(index)")
                #expect(((try? sendToHybrid(changed)) != nil) == isValid, "\(value) at \(index)")
            }
        }
    }

    /// Keys that were made and those that were derived; and something can be encrypted to them.
    @Test(arguments: suites) func keysOfAllSuitesAreAccepted(suite: CipherSuite) throws {
        let algorithms = try CipherSuites().algorithms(of: suite)
        let secret = Secret(random: 32)
        for _ in 0..<20 {
            for pair in try [algorithms.kem.generateKeyPair(), algorithms.kem.deriveKeyPair(Secret(random: 48))] {
                #expect(algorithms.kem.isValidPublicKey(pair.publicKey))
                let encrypted = try algorithms.encrypt(secret, to: pair.publicKey, label: "test", context: [1])
                let opened = try algorithms.decrypt(encrypted, with: pair.privateKey, label: "test", context: [1])
                #expect(opened == secret)
            }
        }
    }

    @Test(arguments: suites) func otherLengthsAndPointsOffTheCurveAreRefused(suite: CipherSuite) throws {
        let kem = try CipherSuites().algorithms(of: suite).kem
        let key = try kem.generateKeyPair().publicKey
        for other in [[], key.dropLast(), key + [0], key + key] { #expect(!kem.isValidPublicKey(Array(other))) }
        guard [.p256, .p384, .p521].contains(kem) else { return }
        #expect(!kem.isValidPublicKey(key.dropLast() + [key[key.count - 1] ^ 1]))
        // Compressed, and the point at infinity.
        #expect(!kem.isValidPublicKey([2] + key[1..<(key.count + 1) / 2]))
        #expect(!kem.isValidPublicKey([0]))
    }
}

/// The same with the keys of Project Wycheproof.
@Suite(.enabled(if: VectorFile.areThere, "SECR_VECTORS is not set")) struct WycheproofKeyTests {
    struct File: Decodable {
        struct Group: Decodable {
            var tests: [Case]
        }

        struct Case: Decodable {
            var result: String
            var `public`, shared, ek: Hexadecimal?
        }

        var numberOfTests: Int
        var testGroups: [Group]
    }

    private func check(_ file: VectorFile, _ isRight: (File.Case) throws -> Bool) throws {
        let content: File = try file.read()
        let cases = content.testGroups.flatMap(\.tests)
        #expect(cases.count == content.numberOfTests && !cases.isEmpty)
        let right = try cases.count(where: isRight)
        #expect(right == cases.count)
        print("\(file.name), keys: \(right) of \(cases.count) cases pass")
    }

    /// Keys are refused that leave no secret, and no others.
    @Test(.needs(.wycheproofX25519)) func x25519() throws {
        try check(.wycheproofX25519) { one in
            let leavesNoSecret = try #require(one.shared).bytes.allSatisfy { $0 == 0 }
            return try SecrMLS.KEM.x25519.isValidPublicKey(#require(one.public).bytes) == !leavesNoSecret
        }
    }

    @Test(.needs(.wycheproofMlkem)) func mlkem() throws {
        let point = try SecrMLS.KEM.x25519.generateKeyPair().publicKey
        try check(.wycheproofMlkem) { one in
            try SecrMLS.KEM.mlkem768X25519.isValidPublicKey(#require(one.ek).bytes + point) == (one.result == "valid")
        }
    }
}
