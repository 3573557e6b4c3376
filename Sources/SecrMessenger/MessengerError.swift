public import SecrMLS
public import SecrRelayClient
public import SecrWire

/// Why something could not be done in the messenger.
public enum MessengerError: Error, Sendable {
    /// The vault has no messenger in it yet.
    case notSetUp
    /// What is stored makes no sense.
    case damaged
    /// Nobody of that name is known.
    case unknownContact(String)
    /// Somebody of that name is known already.
    case nameTaken(String)
    /// Not a name that can be shown and typed.
    case badName(String)
    /// The invitation is no invitation.
    case badInvitation(WireError)
    /// The last day of the invitation has passed.
    case expiredInvitation
    /// The invitation was made here.
    case ownInvitation
    /// The relay is not one that can be trusted with a plain connection.
    case insecureRelay(String)
    /// Not a host and a port.
    case badProxy(String)
    /// There is no relay to take in messages with.
    case noRelay
    case relay(origin: String, RelayClientError)
    /// The conversation has not begun, or is over.
    case notActive(String)
    /// This vault does not go on from what this device has seen, so nothing is encrypted in this conversation any more.
    case frozen(String)
    /// The message has no text, or too much of it.
    case badText
    case unknownMessage(UInt64)
    /// The file's name can't be sent.
    case badFileName
    /// The file can't be freed from what it tells beside what it shows, and that was not allowed; why.
    case unscrubbed(String)
    /// The file, or what was made of it in the vault, can't be read; why.
    case unreadable(String)
    /// The message has no file.
    case noFile(UInt64)
    /// The file of a message is not to be had; why.
    case fileFailed(UInt64, String)
    /// A conversation's state does not do what it should.
    case group(MLSError)
    /// The other side went on in a way that this device can't follow.
    case broken(String)
    /// Somebody else has answered the invitation, or it was withdrawn.
    case usedInvitation(String)
    /// There is no place outside the vault where this device remembers what it has seen of it.
    case noDeviceState
}
