import SecrCrypto
import SecrTestSupport
import SecrWire
import Testing

/// Everything that has a form: what is read is written as the same bytes, and nothing else is read.
@Suite struct FormTests {
    /// How what is read from `bytes` is written, or `nil` where nothing is.
    private func again(_ form: Form, _ bytes: [UInt8]) -> [UInt8]? { try? form.again(bytes) }

    @Test(arguments: Form.all) func sameBytes(form: Form) throws {
        #expect(try form.again(form.bytes) == form.bytes)
    }

    @Test(arguments: Form.all) func cutOff(form: Form) throws {
        for count in Seeded.cuts(of: form.bytes.count) {
            if again(form, Array(form.bytes.prefix(count))) != nil { Issue.record("\(count) bytes are enough") }
        }
    }

    @Test(arguments: Form.all) func withMore(form: Form) throws {
        for more in [[0], [1], [0, 0, 0, 0], form.bytes] {
            #expect(again(form, form.bytes + more) == nil)
            #expect(again(form, more + form.bytes) == nil)
        }
    }

    /// Each byte to something else: all bits of short ones.
    @Test(arguments: Form.all) func changed(form: Form) throws {
        var random = Seeded(3)
        var offsets = Array(form.bytes.indices.prefix(1_000))
        offsets += stride(from: 1_000, to: form.bytes.count, by: 97)
        var taken = 0
        for offset in offsets {
            let values = form.bytes.count < 1_000 ? (0..<8).map { UInt8(1) << $0 } : [1 << UInt8(random.below(8))]
            for value in values {
                let changed = form.bytes.replacing(offset, with: [form.bytes[offset] ^ value])
                guard let result = again(form, changed) else { continue }
                taken += 1
                if result != changed { Issue.record("byte \(offset) ^ \(value)") }
            }
        }
        // Keys, texts and numbers can be others.
        #expect(taken > 0)
    }

    @Test func codesAreForOneThing() throws {
        let hello = Form.helloBytes
        let other = InvitationKeys(WireSecret(Said.run(1)))
        let welcome = Said.welcome.encoded(to: hello, macs.keys)
        for offset in hello.indices {
            let error = refusal { () throws(WireError) in _ = try Hello(parsing: hello.flipping(offset * 8), macs.keys)
            }
            #expect(error?.code == .check)
        }
        for offset in welcome.indices {
            #expect(
                throws: WireError.self
            ) { try Welcome(parsing: welcome.flipping(offset * 8), to: hello, macs.keys) }
        }
        #expect(throws: WireError.self) { try Hello(parsing: hello, other) }
        #expect(throws: WireError.self) { try Welcome(parsing: welcome, to: hello, other) }
        #expect(throws: WireError.self) { try Welcome(parsing: welcome, to: hello.flipping(0), macs.keys) }
        #expect(throws: WireError.self) { try Welcome(parsing: hello, to: hello, macs.keys) }
        for count in [0, 1, 63, 64] {
            #expect(throws: WireError.self) { try Hello(parsing: hello.suffix(count) + [], macs.keys) }
            #expect(throws: WireError.self) { try Welcome(parsing: welcome.suffix(count) + [], to: hello, macs.keys) }
        }
    }
}
