import SecrRelay
import Testing

/// Whom a request is from, as far as limits care.
@Suite struct NetworkAddressTests {
    @Test(arguments: ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "", "nobody"])
    func thisMachineIsItself(text: String) { #expect(NetworkAddress(text) == .local) }

    @Test func customersOfIPv6AreOne() {
        #expect(NetworkAddress("2001:db8:1:2::5") == NetworkAddress("2001:db8:1:2:ffff::9"))
        #expect(NetworkAddress("2001:db8:1:2::5") != NetworkAddress("2001:db8:1:3::5"))
        #expect(NetworkAddress("::ffff:203.0.113.5") == NetworkAddress("203.0.113.5"))
        #expect(NetworkAddress("203.0.113.5") != NetworkAddress("203.0.113.6"))
    }

    /// Proxies write addresses in several ways.
    @Test func forwardedAddressesAreRead() {
        let (four, six) = (NetworkAddress("203.0.113.5"), NetworkAddress("2001:db8::1"))
        for text in ["203.0.113.5", " 203.0.113.5", "203.0.113.5:4711", "[203.0.113.5]:80"] {
            #expect(NetworkAddress(forwarded: text) == four, "\(text)")
        }
        for text in ["2001:db8::1", "[2001:db8::1]:443", "[2001:db8::1]"] {
            #expect(NetworkAddress(forwarded: text) == six, "\(text)")
        }
        // What can't be read has limits, too.
        for text in ["", "unknown", "_hidden", "127.0.0.1", "a:b:c"] {
            #expect(NetworkAddress(forwarded: text) == .remote(0), "\(text)")
        }
    }
}
