import SecrCrypto
import SecrWire
import Testing

/// What no frame can say is a mistake of whoever wants to say it, and ends the process before anything is sent.
@Suite struct MisuseTests {
    static func make(_ request: Request, payload: [UInt8] = []) {
        _ = Command(
            request, at: Keys.address(for: request), day: Samples.day, nonce: Samples.nonce, payload: payload)
    }

    @Test func numbersOutOfBounds() async {
        await #expect(processExitsWith: .failure) { _ = Keys.address(.box(days: 0, cells: 1)) }
        await #expect(processExitsWith: .failure) { _ = Keys.address(.box(days: 91, cells: 1)) }
        await #expect(processExitsWith: .failure) { _ = Keys.address(.box(days: 1, cells: 0)) }
        await #expect(processExitsWith: .failure) { _ = Keys.address(.box(days: 1, cells: 4_097)) }
        await #expect(processExitsWith: .success) { _ = Keys.address(.box(days: 90, cells: 4_096)) }
        await #expect(processExitsWith: .failure) { Self.make(.get(after: 0, wait: 601)) }
        await #expect(processExitsWith: .failure) { Self.make(.get(after: 0, wait: -1)) }
        await #expect(processExitsWith: .success) { Self.make(.get(after: 0, wait: 600)) }
        await #expect(processExitsWith: .failure) {
            Self.make(.store(.kibi64, days: 91, admission: .none), payload: [UInt8](repeating: 0, count: 65_536))
        }
    }

    @Test func proofsOfAnotherSize() async {
        await #expect(processExitsWith: .failure) { Self.make(.create(.invitation([1]))) }
        await #expect(processExitsWith: .failure) {
            let admission = Admission.invitation([UInt8](repeating: 1, count: 33))
            Self.make(.store(.kibi64, days: 1, admission: admission), payload: [UInt8](repeating: 0, count: 65_536))
        }
    }

    @Test func payloadsOfAnotherSize() async {
        await #expect(processExitsWith: .failure) { Self.make(.put, payload: [UInt8](repeating: 0, count: 16_383)) }
        await #expect(processExitsWith: .failure) { Self.make(.drop, payload: [0]) }
        await #expect(processExitsWith: .success) { Self.make(.put, payload: [UInt8](repeating: 0, count: 16_384)) }
    }

    @Test func boxesAreNoBlobs() async {
        await #expect(processExitsWith: .failure) {
            _ = Command(.drop, at: Keys.blob, day: Samples.day, nonce: Samples.nonce)
        }
        await #expect(processExitsWith: .failure) {
            _ = Command(
                .remove(.kibi64, expires: Samples.day), at: Keys.box, day: Samples.day, nonce: Samples.nonce)
        }
    }

    @Test func keysOfTheOtherSide() async {
        await #expect(processExitsWith: .failure) { _ = Samples.command(.put).encoded(signedBy: Keys.reader()) }
        await #expect(processExitsWith: .failure) { _ = Samples.command(.drop).encoded(signedBy: Keys.writer()) }
        await #expect(processExitsWith: .success) { _ = Samples.command(.drop).encoded(signedBy: Keys.reader()) }
    }

    @Test func termsOutOfBounds() async {
        await #expect(processExitsWith: .failure) {
            _ = Terms(day: Samples.day, admission: .open, boxDays: 91, boxCells: 1, blobDays: 1, wait: 0)
        }
        await #expect(processExitsWith: .failure) {
            _ = Terms(day: Samples.day, admission: .open, boxDays: 1, boxCells: 0, blobDays: 1, wait: 0)
        }
        await #expect(processExitsWith: .failure) {
            _ = Terms(day: Samples.day, admission: .open, boxDays: 1, boxCells: 1, blobDays: 0, wait: 0)
        }
        await #expect(processExitsWith: .failure) {
            _ = Terms(day: Samples.day, admission: .open, boxDays: 1, boxCells: 1, blobDays: 1, wait: 601)
        }
        await #expect(processExitsWith: .success) {
            _ = Terms(day: Samples.day, admission: .open, boxDays: 90, boxCells: 4_096, blobDays: 90, wait: 600)
        }
    }
}
