/// Something that a person may want to know of.
public enum Happening: Sendable {
    /// The conversation has begun; the safety code can be compared.
    case began(Contact)
    case message(Contact, Message)
    /// The other side has said what has come.
    case acknowledged(Contact)
    /// Messages of both sides disappear after so many seconds from now on; 0 for never.
    case lifetime(Contact, UInt32)
    /// The other side has taken back the message with this number.
    case deleted(Contact, UInt64)
    case left(Contact)
    /// So many bytes of a file, of all that it has, are with the relay or have come from there.
    case transfer(Contact, Message, UInt64)
    /// The file of a message has come, and lies in the vault.
    case file(Contact, Message)
    /// A file is not fetched or sent now; why. It is tried again unless that can't help.
    case fileFailed(Contact, Message, String)
    /// So many cells are missing in between: the relay is late, has lost them, or keeps them back.
    case skipped(Contact, UInt64)
    /// A cell came that nothing here opens.
    case unopened(Contact)
    /// What came can't be taken; why.
    case refused(Contact, String)
    /// The conversation can't go on and has to be begun anew; why.
    case broken(Contact, String)
    /// A relay could not be asked for something; it is tried again.
    case relay(Contact, MessengerError)
}
