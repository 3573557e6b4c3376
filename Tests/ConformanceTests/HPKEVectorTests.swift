import Crypto
import Foundation
import SecrMLS
import Testing

/// The post-quantum key encapsulation, its derivation of keys, and HPKE with it (draft-ietf-hpke-pq).
@Suite(.enabled(if: VectorFile.areThere, "SECR_VECTORS is not set")) struct HPKEVectorTests {
    struct Case: Decodable {
        struct Encryption: Decodable {
            var aad, ct, nonce, pt: Hexadecimal
        }

        struct Export: Decodable {
            var exporterContext, exportedValue: Hexadecimal
            var count: Int

            enum CodingKeys: String, CodingKey {
                case exporterContext, exportedValue
                case count = "L"
            }
        }

        var mode: Int
        var kemId, kdfId, aeadId: UInt16
        var info, ikmR, skRm, pkRm, enc, sharedSecret: Hexadecimal
        var encryptions: [Encryption]
        var exports: [Export]

        var isOfOurKEM: Bool { mode == 0 && kemId == SecrMLS.KEM.mlkem768X25519.rawValue }

        /// `nil` where swift-crypto does not have all of it.
        var algorithms: HPKE.Ciphersuite? {
            let kdfs: [UInt16: HPKE.KDF] = [1: .HKDF_SHA256, 2: .HKDF_SHA384, 3: .HKDF_SHA512]
            let aeads: [UInt16: HPKE.AEAD] = [1: .AES_GCM_128, 2: .AES_GCM_256, 3: .chaChaPoly]
            guard isOfOurKEM, let kdf = kdfs[kdfId], let aead = aeads[aeadId] else { return nil }
            return HPKE.Ciphersuite(kem: .XWingMLKEM768X25519, kdf: kdf, aead: aead)
        }
    }

    @Test(.needs(.hpke)) func keyPairsAndSharedSecrets() throws {
        try VectorFile.hpke.check(", keys", "with a KEM of no suite of ours", isSkipped: { !$0.isOfOurKEM }) {
            (one: Case) in
            let pair = try SecrMLS.KEM.mlkem768X25519.deriveKeyPair(one.ikmR.secret)
            try #require(pair.privateKey == one.skRm.secret)
            try #require(pair.publicKey == one.pkRm.bytes)
            try #require(SecrMLS.KEM.mlkem768X25519.isValidPublicKey(one.pkRm.bytes))
            let key = try XWingMLKEM768X25519.PrivateKey(seedRepresentation: one.skRm.bytes, publicKey: nil)
            try #require(try key.decapsulate(Data(one.enc.bytes)).bytes == one.sharedSecret.bytes)
        }
    }

    @Test(.needs(.hpke)) func encryptionsAndExports() throws {
        try VectorFile.hpke.check(
            ", encryptions", "with a KEM or KDF of no suite of ours", isSkipped: { $0.algorithms == nil }
        ) { (one: Case) in
            let key = try XWingMLKEM768X25519.PrivateKey(seedRepresentation: one.skRm.bytes, publicKey: nil)
            var recipient = try HPKE.Recipient(
                privateKey: key, ciphersuite: #require(one.algorithms), info: Data(one.info.bytes),
                encapsulatedKey: Data(one.enc.bytes))
            try #require(!one.encryptions.isEmpty && !one.exports.isEmpty)
            for encryption in one.encryptions {
                let opened = try recipient.open(encryption.ct.bytes, authenticating: encryption.aad.bytes)
                try #require(Array(opened) == encryption.pt.bytes)
            }
            for export in one.exports {
                let exported = try recipient.exportSecret(
                    context: export.exporterContext.bytes, outputByteCount: export.count)
                try #require(exported.bytes == export.exportedValue.bytes)
            }
        }
    }

    struct XWing: Decodable {
        var seed, sk, pk, ct, ss: Hexadecimal
    }

    @Test(.needs(.xwing)) func xwing() throws {
        try VectorFile.xwing.check { (one: XWing) in
            for seed in [one.seed, one.sk] {
                try #require(try SecrMLS.KEM.mlkem768X25519.publicKey(of: seed.secret) == one.pk.bytes)
                let key = try XWingMLKEM768X25519.PrivateKey(seedRepresentation: seed.bytes, publicKey: nil)
                try #require(try key.decapsulate(Data(one.ct.bytes)).bytes == one.ss.bytes)
            }
        }
    }
}

extension SymmetricKey {
    fileprivate var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}
