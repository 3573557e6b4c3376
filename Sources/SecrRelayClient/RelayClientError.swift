public import SecrHTTP
public import SecrWire

/// Why a relay did not do what it was asked for.
public enum RelayClientError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no such box, or the key is not the one to write there.
    case refused
    /// The box holds as many cells as it may.
    case full
    /// It is more than the relay offers, or there is no room left on it.
    case limit
    /// The relay asks for another admission.
    case admission
    /// The relay insists on another day than both clocks tell.
    case day
    /// The relay could not be reached, or had no time, for as long as was tried.
    case unavailable(HTTPError?)
    /// What came back is no answer of a relay; what is wrong with it, and the status of HTTP.
    case malformedAnswer(WireError?, status: Int)
    /// The task was cancelled.
    case cancelled

    public var description: String {
        switch self {
        case .refused: "the relay has no such box, or this key may not write there"
        case .full: "the box is full"
        case .limit: "the relay does not offer so much, or has no room left"
        case .admission: "the relay asks for an invitation"
        case .day: "the relay's clock says another day"
        case .unavailable(let error?): "the relay can't be reached: \(error)"
        case .unavailable(nil): "the relay is busy"
        case .malformedAnswer(let error?, _): "the relay's answer is malformed: \(error)"
        case .malformedAnswer(nil, let status): "no answer of a relay: status \(status)"
        case .cancelled: "cancelled"
        }
    }
}
