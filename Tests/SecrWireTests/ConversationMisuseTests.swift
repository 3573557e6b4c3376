import SecrCrypto
import SecrWire
import Testing

/// What nobody could read can't be written: that is the caller's mistake, and ends the process.
@Suite struct ConversationMisuseTests {
    static func encode(_ body: Content.Body, number: UInt64 = 1, acknowledged: UInt64 = 0, time: UInt64 = 0) {
        _ = Content(number: number, acknowledged: acknowledged, time: time, body: body).encoded
    }

    static func attach(_ change: (inout SecrWire.Attachment) -> Void) {
        var attachment = Said.attachment
        change(&attachment)
        encode(.attachment(attachment))
    }

    @Test func secretsOfAnotherSize() async {
        await #expect(processExitsWith: .failure) { _ = WireSecret([1]) }
        await #expect(processExitsWith: .failure) { _ = WireSecret(Said.counting(33)) }
    }

    @Test func boxes() async {
        await #expect(processExitsWith: .failure) { _ = Said.box(0, 0, days: 0, cells: 1) }
        await #expect(processExitsWith: .failure) { _ = Said.box(0, 0, days: 91, cells: 1) }
        await #expect(processExitsWith: .failure) { _ = Said.box(0, 0, days: 1, cells: 0) }
        await #expect(processExitsWith: .failure) { _ = Said.box(0, 0, days: 1, cells: 4_097) }
        await #expect(processExitsWith: .failure) { _ = Said.box(0, 0, days: 1, cells: 1, origin: "relay.example") }
        await #expect(processExitsWith: .failure) {
            _ = WriteCapability(origin: Said.origin, days: 1, cells: 1, readKey: [1], writeSeed: Said.secret)
        }
    }

    @Test func greetings() async {
        await #expect(processExitsWith: .failure) { _ = Hello(keyPackage: [], answers: Said.hello.answers) }
        await #expect(processExitsWith: .failure) {
            _ = Hello(keyPackage: Said.counting(12_289), answers: Said.hello.answers)
        }
        await #expect(processExitsWith: .failure) { _ = Welcome(welcome: [], signatureKey: [1]) }
        await #expect(processExitsWith: .failure) { _ = Welcome(welcome: Said.counting(65_536), signatureKey: [1]) }
        await #expect(processExitsWith: .failure) { _ = Welcome(welcome: [1], signatureKey: []) }
        await #expect(processExitsWith: .failure) { _ = Welcome(welcome: [1], signatureKey: Said.counting(256)) }
        await #expect(processExitsWith: .success) {
            _ = Welcome(welcome: Said.counting(65_535), signatureKey: Said.counting(255)).encoded(to: [], macs.keys)
        }
    }

    @Test func frames() async {
        await #expect(processExitsWith: .failure) { _ = CellFrame.frames(of: [], .message, from: 1) }
        await #expect(processExitsWith: .failure) { _ = CellFrame.frames(of: [1], .message, from: 0) }
        await #expect(processExitsWith: .failure) { _ = CellFrame.frames(of: [1], .message, from: 1 << 63) }
        await #expect(processExitsWith: .failure) {
            _ = CellFrame.frames(of: Said.counting(16_329), .message, from: Said.largest)
        }
        await #expect(processExitsWith: .failure) {
            _ = CellFrame.frames(of: Said.counting(32 * 16_328 + 1), .message, from: 1)
        }
        await #expect(processExitsWith: .failure) {
            _ = CellFrame.frames(of: [1], .message, from: 1)[0].wrapped(nonce: Said.run(0), key: macs.wrap)
        }
        await #expect(processExitsWith: .failure) {
            _ = CellFrame.frames(of: [1], .message, from: 1)[0]
                .wrapped(nonce: Form.nonce, key: SecretBytes(copying: Form.nonce))
        }
        await #expect(processExitsWith: .success) {
            _ = CellFrame.frames(of: [1], .message, from: Said.largest)[0].wrapped(nonce: Form.nonce, key: macs.wrap)
        }
    }

    @Test func contents() async {
        await #expect(processExitsWith: .failure) { Self.encode(.receipt, number: 0) }
        await #expect(processExitsWith: .failure) { Self.encode(.receipt, number: 1 << 63) }
        await #expect(processExitsWith: .failure) { Self.encode(.receipt, acknowledged: 1 << 63) }
        await #expect(processExitsWith: .failure) { Self.encode(.receipt, time: 1 << 63) }
        await #expect(processExitsWith: .failure) { Self.encode(.text("")) }
        await #expect(processExitsWith: .failure) { Self.encode(.text(String(repeating: "a", count: 65_537))) }
        await #expect(processExitsWith: .failure) { Self.encode(.deletion(0)) }
        await #expect(processExitsWith: .failure) { Self.encode(.deletion(1 << 63)) }
        await #expect(processExitsWith: .success) { Self.encode(.deletion(Said.largest), number: Said.largest) }
    }

    @Test func attachments() async {
        await #expect(processExitsWith: .failure) { Self.attach { $0.origin = "https://A" } }
        await #expect(processExitsWith: .failure) { Self.attach { $0.hash = [1] } }
        await #expect(processExitsWith: .failure) { Self.attach { $0.name = "a/b" } }
        await #expect(processExitsWith: .failure) { Self.attach { $0.size = .max } }
        await #expect(processExitsWith: .failure) { Self.attach { $0.size = 65_456 << 32 + 1 } }
        await #expect(processExitsWith: .failure) { Self.attach { $0.runs = [] } }
        await #expect(processExitsWith: .failure) { Self.attach { $0.runs[0].first = 1 } }
        await #expect(processExitsWith: .failure) { Self.attach { $0.runs[1].first = 0 } }
        await #expect(processExitsWith: .failure) { Self.attach { $0.runs[1].first = 4 } }
        await #expect(processExitsWith: .failure) {
            Self.attach { attachment in
                attachment.size = 65_456 << 10
                attachment.runs = (0..<65).map { .init(first: $0, lastDay: Said.lastDay) }
            }
        }
        await #expect(processExitsWith: .failure) { Self.attach { $0.mediaType = String(repeating: "a", count: 128) } }
        await #expect(processExitsWith: .failure) { Self.attach { $0.caption = String(repeating: "a", count: 8_193) } }
        await #expect(processExitsWith: .failure) { Self.attach { $0.preview = Said.counting(12_289) } }
        await #expect(processExitsWith: .success) { Self.attach { $0.runs[1].first = 3 } }
    }
}
