import SecrCrypto
import SecrTestSupport
import SecrWire
import Testing

@Suite struct CellFrameTests {
    static let good = Form.frames[2].bytes

    /// What is wrong with a frame in a good wrap.
    private func refusal(_ frame: [UInt8]) -> WireError? {
        let sealed = XChaCha20Poly1305.seal(frame, nonce: Form.nonce, key: macs.wrap)
        return SecrWireTests.refusal { () throws(WireError) in
            _ = try CellFrame(unwrapping: Form.nonce + sealed, key: macs.wrap)
        }
    }

    @Test func messagesComeBack() throws {
        let capacity = CellFrame.capacity
        for count in [1, 2, capacity - 1, capacity, capacity + 1, 2 * capacity, 31 * capacity + 1, 32 * capacity] {
            let message = Said.counting(count)
            for kind in CellFrame.Kind.allCases {
                for first in [1, 77, Said.largest - UInt64((count + capacity - 1) / capacity - 1)] {
                    let frames = CellFrame.frames(of: message, kind, from: first)
                    #expect(frames.flatMap(\.payload) == message)
                    for (index, frame) in frames.enumerated() {
                        let cell = frame.wrapped(nonce: Form.nonce, key: macs.wrap)
                        let read = try CellFrame(unwrapping: cell, key: macs.wrap)
                        #expect(cell.count == Cell.size && read == frame)
                        #expect(frame.kind == kind && frame.sequence == first + UInt64(index))
                        #expect(frame.part == index && frame.parts == frames.count)
                    }
                }
            }
        }
    }

    @Test func sizesOfCells() {
        for count in [0, 1, 23, 24, 39, 40, 16_383, 16_385, 32_768] {
            let error = SecrWireTests.refusal { () throws(WireError) in
                _ = try CellFrame(unwrapping: [UInt8](repeating: 0, count: count), key: macs.wrap)
            }
            #expect(error?.code == .size)
        }
    }

    /// Cells of others are nothing, whatever was done to them.
    @Test func otherKeysAndChanges() throws {
        let cell = CellFrame.frames(of: Form.helloBytes, .hello, from: 1)[0].wrapped(nonce: Form.nonce, key: macs.wrap)
        #expect(try CellFrame(unwrapping: cell, key: macs.keys.answerWrap) == nil)
        for offset in cell.indices {
            if try CellFrame(unwrapping: cell.flipping(offset * 8 + offset % 8), key: macs.wrap) != nil {
                Issue.record("byte \(offset)")
            }
        }
    }

    @Test func fields() {
        #expect(refusal(Self.good) == nil)
        let cases: [(offset: Int, bytes: [UInt8], code: WireError.Code)] = [
            (0, [0], .version), (0, [2], .version), (1, [0], .unknown), (1, [4], .unknown),
            (2, [0, 1], .range), (2, [0xFF, 0xFF], .range), (4, [0, 0], .range), (4, [0, 33], .range),
            (4, [0xFF, 0xFF], .range), (6, [0, 0], .range), (6, [0x3F, 0xC9], .range), (6, [0xFF, 0xFF], .range),
            // A part that is not the last one and has room.
            (4, [0, 2], .range), (8, [0, 0, 0, 0, 0, 0, 0, 0], .range), (8, [0x80, 0, 0, 0, 0, 0, 0, 0], .range),
            (8, [UInt8](repeating: 0xFF, count: 8), .range),
            // The second part of a message that begins before number 1.
            (2, [0, 1, 0, 2], .range),
            (16_343, [1], .reserved), (16 + Form.helloBytes.count, [1], .reserved),
        ]
        for (offset, bytes, code) in cases {
            let error = refusal(Self.good.replacing(offset, with: bytes))
            #expect(error?.code == code, "\(offset): \(bytes)")
        }
        #expect(refusal(Self.good.replacing(2, with: [0, 1, 0, 2]).replacing(15, with: [2])) == nil)
        #expect(refusal(Self.good.replacing(8, with: [0x7F])) == nil)
    }
}
