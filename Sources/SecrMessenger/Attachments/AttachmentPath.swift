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
        let name = contact.name.utf8.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 }
        // Those would not be names.
        return try top.appending(name == [0x2E] || name == [0x2E, 0x2E] ? [0x5F] : name)
    }

    /// Of a file that is about to be sent, under a name that nobody else has.
    static func draft() throws(VaultError) -> VaultPath { try drafts.appending(digits(SecureRandom.bytes(16))) }

    /// Of a file that is being fetched.
    static func partial(_ message: UInt64, of id: ContactID) throws(VaultError) -> VaultPath {
        try drafts.appending(partialPrefix(of: id) + Array("\(message)".utf8))
    }

    static func partialPrefix(of id: ContactID) -> [UInt8] { digits(id.bytes) + [UInt8(ascii: "-")] }

    private static func digits(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte in [byte >> 4, byte & 15].map { Array("0123456789abcdef".utf8)[Int($0)] } }
    }

    /// A name that is free for the file of a message.
    static func free(
        _ message: UInt64, _ name: String, of contact: Contact, _ state: some StateReading
    ) throws -> VaultPath {
        let folder = try folder(of: contact)
        for attempt in 1... {
            let mark = attempt == 1 ? "\(message) " : "\(message) (\(attempt)) "
            let path = try folder.appending(shortened(mark, name))
            if try state.node(at: path) == nil { return path }
        }
        preconditionFailure("there is no end of numbers")
    }

    /// With the beginning of the name cut so that the ending, which says what it is, stays.
    private static func shortened(_ mark: String, _ name: String) -> [UInt8] {
        let room = VaultPath.longestName - mark.utf8.count
        if name.utf8.count <= room { return Array((mark + name).utf8) }
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        let ending = name[dot...].utf8.count <= 16 ? name[dot...] : ""
        var beginning = name[..<(ending.isEmpty ? name.endIndex : dot)]
        while beginning.utf8.count > room - ending.utf8.count { beginning.removeLast() }
        return Array((mark + beginning + ending).utf8)
    }
}
