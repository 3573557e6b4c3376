import SecrMLS
import SecrTestSupport
import Testing

/// A member to which the same messages are sent again and again, until one of them changes it.
final class Target {
    let client: Client
    private let configuration: GroupConfiguration
    private let records: [[UInt8]: Secret]
    private let stored: [[UInt8]: Secret]
    private let revision: UInt64
    private let psks: PreSharedKeys

    init(_ client: Client, psks: @escaping PreSharedKeys = { _ in nil }) {
        self.client = client
        self.psks = psks
        configuration = client.group.configuration
        records = client.group.records()
        stored = client.store
        revision = client.group.revision
    }

    /// - Returns: whether it was taken. The member is as before, either way.
    @discardableResult func takes(_ message: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws -> Bool
    {
        do {
            _ = try client.group.process(message, psks: psks)
        } catch {
            if client.group.revision != revision || client.group.records() != records {
                Issue.record("changed by what was refused: \(message)", sourceLocation: sourceLocation)
                try goBack()
            }
            return false
        }
        try goBack()
        return true
    }

    func goBack() throws { client.group = try Group.restore(stored, configuration) }
}
