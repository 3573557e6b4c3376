/// What is wrong with a sealed stream.
public enum StreamError: Error, Equatable, Sendable {
    /// The stream was not sealed with this key, or its head was changed.
    case wrongKey
    /// The stream was changed, cut off or extended. The number is that of the chunk, from 0, where it shows.
    case damaged(chunk: Int)
    /// A signal asked to stop.
    case interrupted
}
