extension Inspection {
    /// The day on which a picture was taken or a document was made: `2024-01-02`, as its values say; `nil` where none does.
    ///
    /// It is the day where the camera was, except where a value is in UTC only, as in many videos.
    public var dayTaken: String? { StatedFacts(findings).time?.isoDay }
}
