enum Version {
    static let text = "secr-scrub 0.1.0"
}
