import SecrCrypto
import SecrWire
import Testing

/// Names follow from keys, in one way for each kind.
@Suite struct AddressTests {
    @Test func namesAreHashesOfTheirKeys() {
        let keys = Keys.box.readKey + Keys.box.writeKey
        #expect(Keys.box.name == BLAKE2b.hash(Array("secr box 1\0\0\0\0\0\0".utf8) + keys + [0, 21, 1, 0]))
        #expect(Keys.blob.name == BLAKE2b.hash(Array("secr blob 1\0\0\0\0\0".utf8) + keys))
        #expect(Keys.box.name.count == Address.nameSize)
    }

    @Test func everyBitOfBothKeysCounts() {
        let (read, write) = (Keys.box.readKey, Keys.box.writeKey)
        let kinds = [Keys.box.kind, .blob]
        var names = Set(
            kinds.map { Address($0, readKey: write, writeKey: read).name } + [Keys.box.name, Keys.blob.name])
        for bit in 0..<256 {
            for kind in kinds {
                names.insert(Address(kind, readKey: read.flipping(bit), writeKey: write).name)
                names.insert(Address(kind, readKey: read, writeKey: write.flipping(bit)).name)
            }
        }
        #expect(names.count == 4 + 4 * 256)
    }

    @Test func everyBoxHasItsTermsInItsName() {
        var names: Set<[UInt8]> = []
        for days in 1...90 { names.insert(Keys.address(.box(days: days, cells: 256)).name) }
        for cells in 1...4_096 { names.insert(Keys.address(.box(days: 21, cells: cells)).name) }
        #expect(names.count == 90 + 4_096 - 1)
    }

    @Test func invitationsAreProofsOfTheirCode() {
        let proof = BLAKE2b.hash(Array("secr invite 1\0\0\0Grüße".utf8))
        #expect(Admission.invitation(code: "Grüße") == .invitation(proof))
        #expect(Admission.invitation(code: "") == .invitation(BLAKE2b.hash(Array("secr invite 1\0\0\0".utf8))))
    }
}
