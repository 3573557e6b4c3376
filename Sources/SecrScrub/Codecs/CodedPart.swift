/// What lies between the parts of a coded picture or sound that nobody needs to decode it.
package struct CodedPart: Sendable, Hashable {
    package var kind: FindingClass
    package var reveals: Set<Revelation>
    /// As it is called in a report.
    package var name: String

    /// Its options, mostly, or its name and version.
    package static let message = CodedPart(
        kind: .encoder, reveals: [.software, .settings], name: "what the encoder wrote into the pictures")
    package static let soundMessage = CodedPart(
        kind: .encoder, reveals: [.software], name: "what the encoder wrote into the sound")
    /// Positions of drones, sensors, times: whatever a maker likes.
    package static let userData = CodedPart(
        kind: .vendor, reveals: [.location, .device, .settings], name: "a maker's data between the pictures")
    package static let clock = CodedPart(kind: .time, reveals: [.time], name: "times of a clock between the pictures")
    /// Of a tape, in every picture.
    package static let recording = CodedPart(
        kind: .time, reveals: [.time, .device, .settings], name: "when and how it was recorded, in every picture")
    /// Bytes that only take up room, and are not what they should be.
    package static let fill = CodedPart(kind: .gap, reveals: [.leftover], name: "bytes that fill up the coded stream")
}
