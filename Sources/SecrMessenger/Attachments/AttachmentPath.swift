internal import SecrBytes
internal import SecrCrypto
internal import SecrVault
internal import SecrWire

/// Where files of messages lie in the vault: `chat/CONTACT/NUMBER NAME`.
enum AttachmentPath {
    /// What is not complete, and nothing that anybody should look for.
    static let drafts = VaultPath("chat/.drafts")
    private static let top = VaultPath("chat")

    /// Of files of a contact.
    static func folder(of contact: Contact) throws(VaultError) -> VaultPath {
        var name = contact.name.utf8.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 }
        // Nothing hidden, and above all not the folder of drafts.
        if name.first == UInt8(ascii: ".") { name[0] = UInt8(ascii: "_") }
        return try top.appending(name)
    }

    /// Of a file that is about to be sent, under a name that nobody else has.
    static func draft() throws(VaultError) -> VaultPath { try drafts.appending(digits(SecureRandom.bytes(16))) }

    /// Of a file that is being fetched.
    static func partial(_ message: UInt64, of id: ContactID) throws(VaultError) -> VaultPath {
        try drafts.appending(digits(id.bytes) + Array("-\(message)".utf8))
    }

    private static func digits(_ bytes: [UInt8]) -> [UInt8] {
        Array(Hexadecimal.text(bytes).utf8)
    }

    /// A name that is free for the file of a message.
    static func free(
        _ message: UInt64, _ name: String, of contact: Contact, _ state: some StateReading
    ) throws -> VaultPath {
        let folder = try folder(of: contact)
        for attempt in 1... {
            let mark = attempt == 1 ? "\(message) " : "\(message) (\(attempt)) "
            let room = VaultPath.longestName - mark.utf8.count
            let path = try folder.appending(Array((mark + Attachment.shortened(name, to: room)).utf8))
            if try state.node(at: path) == nil { return path }
        }
        preconditionFailure("there is no end of numbers")
    }
}
