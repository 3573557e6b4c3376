import Foundation
import SecrCrypto
import Testing

@Suite struct SecretTests {
    @Test func secretsAreCopiedComparedAndCutInConstantTime() {
        let secret = SecretBytes(copying: [1, 2, 3, 4])
        let found = [
            secret.isEqual(to: SecretBytes(copying: [1, 2, 3, 4])),
            secret.isEqual(to: SecretBytes(copying: [1, 2, 3, 5])),
            secret.isEqual(to: SecretBytes(copying: [1, 2, 3])),
            secret.part(1..<3).isEqual(to: SecretBytes(copying: [2, 3])), SecretBytes(copying: []).count == 0,
            SecretBytes(random: 32).isEqual(to: SecretBytes(random: 32)),
        ]
        #expect(found == [true, false, false, true, true, false])
    }

    /// The kernel says of each mapping whether it is locked and whether a core dump would hold it.
    @Test func secretsLieInLockedMemoryThatNoDumpHolds() throws {
        let secret = SecretBytes(random: 64)
        let address = secret.withBytes { UInt(bitPattern: $0.baseAddress) }
        let file = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
        let maps = String(decoding: try #require(try file.readToEnd()), as: UTF8.self)
        var flags: Substring?
        var isOurs = false
        for line in maps.split(separator: "\n") {
            if let range = line.firstMatch(of: #/^([0-9a-f]+)-([0-9a-f]+) /#),
                let start = UInt(range.1, radix: 16), let end = UInt(range.2, radix: 16)
            {
                isOurs = (start..<end).contains(address)
            }
            if isOurs && line.hasPrefix("VmFlags:") { flags = line }
        }
        let found = try #require(flags).split(separator: " ")
        #expect(found.contains("lo") && found.contains("dd") && !found.contains("wr"))
    }

    /// What fails half-way gives its memory back.
    @Test func failuresLeaveNoSecretsBehind() throws {
        func mappings() throws -> Int {
            let file = try #require(FileHandle(forReadingAtPath: "/proc/self/maps"))
            return try #require(try file.readToEnd()).count { $0 == 0x0A }
        }
        let key = SecretBytes(random: 32)
        let before = try mappings()
        for _ in 0..<2_000 { _ = try? X25519.sharedSecret(key, with: [UInt8](repeating: 0, count: 32)).count }
        #expect(try mappings() < before + 1_000)
    }

    @Test func argon2idHasAFloorAndACeiling() throws {
        #expect(throws: CryptoError.badParameters) { try Argon2id.Parameters(memory: 64 * 1_024, passes: 3) }
        #expect(throws: CryptoError.badParameters) { try Argon2id.Parameters(memory: 256 * 1_024, passes: 2) }
        #expect(throws: CryptoError.badParameters) { try Argon2id.Parameters(memory: 1 << 40, passes: 3) }
        #expect(throws: CryptoError.badParameters) { try Argon2id.Parameters(memory: 256 * 1_024, passes: 1 << 20) }
        #expect(try Argon2id.Parameters(memory: 256 * 1_024, passes: 3) == .floor)
    }

    @Test func anyChangedBitIsNoticed() throws {
        let key = SecretBytes(random: 32)
        let nonce = SecureRandom.bytes(24)
        let sealed = XChaCha20Poly1305.seal(Array("message".utf8), additionalData: [1], nonce: nonce, key: key)
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << bit
                let opened = try? XChaCha20Poly1305.open(changed, additionalData: [1], nonce: nonce, key: key)
                #expect(opened == nil)
            }
        }
        let bound = try? XChaCha20Poly1305.open(sealed, additionalData: [2], nonce: nonce, key: key)
        #expect(bound == nil)
        for count in 0..<sealed.count {
            let opened = try? XChaCha20Poly1305.open(
                Array(sealed[..<count]), additionalData: [1], nonce: nonce, key: key)
            #expect(opened == nil)
        }
    }

    @Test func keysThatLeaveNoSecretAreRefused() {
        let key = SecretBytes(random: 32)
        for publicKey in [[UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31), [9]] {
            var failure: CryptoError?
            do throws(CryptoError) { _ = try X25519.sharedSecret(key, with: publicKey) } catch { failure = error }
            #expect(failure == .notAuthentic)
        }
    }
}
