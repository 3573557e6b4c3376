internal import Glibc
internal import SecrCrypto
internal import SecrSystem

/// The terminal of this process, whatever its standard streams are.
enum Terminal {
    /// Asks for a line and does not show it.
    static func secret(_ prompt: String) throws(SecretSource.Failure) -> SecretBytes {
        guard let terminal = ControllingTerminal() else { throw .noTerminal }
        do {
            // Before the prompt: whoever answers it at once would lose what silencing drops.
            try terminal.setEcho(false)
            defer { try? terminal.setEcho(true) }
            try terminal.write(prompt)
            let line = try readLine(terminal.descriptor)
            try terminal.write("\n")
            return try SecretSource.line(line)
        } catch let failure as SecretSource.Failure {
            throw failure
        } catch {
            throw Interruption.isRequested ? .interrupted : .unreadable(error as! SystemError)
        }
    }

    /// Up to the end of the line and with it.
    private static func readLine(_ terminal: OwnedDescriptor) throws -> SecretBytes {
        var count = 0
        let room = try unsafe SecretBytes(count: SecretSource.limit) { room in
            while count < room.count {
                // Safe: one byte, within the room.
                let got = try unsafe terminal.fill(UnsafeMutableRawBufferPointer(rebasing: room[count..<count + 1]))
                if got == 0 { return }
                count += 1
                if unsafe room[count - 1] == 0x0A { return }
            }
        }
        return room.part(0..<count)
    }
}
