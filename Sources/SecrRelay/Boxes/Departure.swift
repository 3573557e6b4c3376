/// How somebody who waits is known to have gone.
package struct Departure: Sendable {
    /// Has something done when whoever asked has gone, at once if that is so already.
    let watch: @Sendable (_ gone: @escaping @Sendable () -> Void) -> Void
    /// Takes that back.
    let forget: @Sendable () -> Void
}
