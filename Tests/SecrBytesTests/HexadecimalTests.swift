import SecrBytes
import Testing

@Suite struct HexadecimalTests {
    @Test func everyByteHasItsDigits() {
        let bytes = [UInt8](0...255)
        #expect(Hexadecimal.text(bytes).hasPrefix("000102") && Hexadecimal.text(bytes).hasSuffix("fdfeff"))
        #expect(Hexadecimal.bytes(Hexadecimal.text(bytes)) == bytes)
        #expect(Hexadecimal.bytes("aAFf09") == [0xAA, 0xFF, 0x09] && Hexadecimal.bytes("") == [])
    }

    @Test(arguments: ["a", "abc", "0g", "+1", "1 ", "é0", "-1", "0x"]) func anythingElseIsNone(text: String) {
        #expect(Hexadecimal.bytes(text) == nil)
    }
}
