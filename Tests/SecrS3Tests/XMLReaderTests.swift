import SecrS3
import SecrTestSupport
import Testing

@Suite struct XMLReaderTests {
    private func events(_ text: String) throws(XMLReader.Malformed) -> [XMLReader.Event] {
        try events(Array(text.utf8))
    }

    private func events(_ bytes: [UInt8]) throws(XMLReader.Malformed) -> [XMLReader.Event] {
        var reader = XMLReader(bytes)
        var events: [XMLReader.Event] = []
        repeat { events.append(try reader.next()) } while events.last != .finished
        return events
    }

    @Test func whatS3Sends() throws {
        let text =
            "\u{FEFF}<?xml version='1.0' encoding=\"utf-8\" ?>\n<a xmlns=\"http://x/\" y='1>2'><b/>x&amp;&#65;&#x1F600;<c:d />\n</a >\n"
        #expect(
            try events(text) == [
                .start("a"), .start("b"), .end("b"), .text("x&A\u{1F600}"), .start("c:d"), .end("c:d"), .text("\n"),
                .end("a"), .finished,
            ])
        #expect(try events("<a/>") == [.start("a"), .end("a"), .finished])
        #expect(try events("<a>&lt;&gt;&quot;&apos;]]&gt;</a>")[1] == .text("<>\"']]>"))
    }

    @Test(arguments: [
        "", " ", "x", "<", "<a", "<a>", "</a>", "<a></b>", "<a></a", "<a/", "<a/><b/>", "<a/>x", "x<a/>",
        "<a><b></a></b>",
        "<a b></a>", "<a b=></a>", "<a b=c></a>", "<a b='1' b='2'/>", "<a b='<'/>", "<a b='1'c='2'/>", "<a b='1/>",
        "< a/>", "<1a/>", "<\u{E9}/>", "<a>&</a>", "<a>&x;</a>", "<a>&amp</a>", "<a>&#0;</a>", "<a>&#x;</a>",
        "<a>&#;</a>",
        "<a>&#-1;</a>", "<a>&#+65;</a>", "<a>&#x+41;</a>", "<a>&#xD800;</a>", "<a>&#x110000;</a>", "<a>&#xFFFE;</a>",
        "<a>&#9999999999999;</a>", "<a>]]></a>", "<a>\u{0}</a>", "<a>\u{8}</a>", "<a>\u{FFFF}</a>", "<a><!-- x --></a>",
        "<!-- x --><a/>", "<a><![CDATA[x]]></a>", "<a><?x y?></a>", "<?xml-stylesheet href='x'?><a/>",
        " <?xml version='1.0'?><a/>",
        "<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "<?xml version='1.1'?><a/>",
        "<?xml version='1.0' encoding='latin1'?><a/>",
        "<?xml version='1.0' encoding='UTF-16'?><a/>", "<?xml version='1.0'><a/>",
        "<?xml version='1.0'?><?xml version='1.0'?><a/>",
        String(repeating: "<a>", count: 17) + String(repeating: "</a>", count: 17),
        "<" + String(repeating: "a", count: 129) + "/>",
        "<a " + (0..<17).map { "b\($0)=''" }.joined(separator: " ") + "/>",
    ])
    func refused(text: String) { #expect(throws: XMLReader.Malformed.self) { try events(text) } }

    @Test func invalidTextIsRefused() {
        for bytes: [UInt8] in [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80]] {
            #expect(throws: XMLReader.Malformed.self) { try events(Array("<a>".utf8) + bytes + Array("</a>".utf8)) }
        }
    }

    /// Damage at any place ends in an error or in something that is well-formed, never in anything else.
    @Test func damage() {
        let text = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?><a x=\"1\"><b>t&amp;&#65;</b><c/></a>".utf8)
        var generator = Seeded(3)
        for _ in 0..<20_000 {
            var damaged = text
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<damaged.count, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: damaged[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: damaged.remove(at: place)
                default: damaged.insert(text.randomElement(using: &generator)!, at: place)
                }
            }
            _ = try? events(damaged)
        }
        for count in 0..<text.count {
            #expect(throws: XMLReader.Malformed.self) { try events(Array(text.prefix(count))) }
        }
    }

    @Test func lists() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\
            <Name>b</Name><IsTruncated>true</IsTruncated><NextContinuationToken>t&amp;</NextContinuationToken>\
            <Contents><Key>a%2Bb+c%C3%A9%0A</Key><Owner><Key>no</Key></Owner><Size>7</Size><ETag>&quot;e&quot;</ETag></Contents>\
            <Contents><Size>0</Size><Key>a</Key></Contents></ListBucketResult>
            """
        let page = try S3Answer.page(Array(text.utf8), prefix: "a")
        #expect(page.next == "t&")
        #expect(
            page.objects == [
                S3Object(key: "a+b c\u{E9}\n", size: 7, tag: "\"e\""), S3Object(key: "a", size: 0, tag: ""),
            ])
        #expect(
            S3Answer.errorCode(Array("<Error><Code>SlowDown</Code><R><Code>x</Code></R></Error>".utf8)) == "SlowDown")
        #expect(S3Answer.errorCode(Array("<Error><Code>SlowDown".utf8)) == "")
    }

    @Test(arguments: [
        "<Other/>", "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult><IsTruncated>yes</IsTruncated></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>9223372036854775808</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>b</Key><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a%</Key><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a%+1</Key><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a%FF</Key><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult>"
            + String(repeating: "<Contents><Key>a</Key><Size>1</Size></Contents>", count: 1_001)
            + "</ListBucketResult>",
    ])
    func listsThatAreNone(text: String) {
        #expect(throws: S3Error.self) { try S3Answer.page(Array(text.utf8), prefix: "a") }
    }
}
