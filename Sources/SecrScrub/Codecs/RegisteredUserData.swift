/// User data whose provider is registered (ITU-T T.35): captions, and how bright and how large a range of colours is.
enum RegisteredUserData {
    static func isRendering(_ payload: ArraySlice<UInt8>) -> Bool { payload.first == 0xB5 }
}
