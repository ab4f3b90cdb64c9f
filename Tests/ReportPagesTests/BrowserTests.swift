import Foundation
import TestSupport
import Testing

@testable import ReportPages

@Suite("The page in a browser", .enabled(if: Browser.installed != nil, Browser.missing), .serialized)
struct BrowserTests {
    private func with(_ report: Report, _ body: (Browser, URL, URL) throws -> Void) throws {
        let browser = try #require(Browser.installed)
        try withTemporaryFolder { folder in
            let page = folder.appending(path: "report.html")
            try Data(report.page.utf8).write(to: page)
            try body(browser, page, folder)
        }
    }

    @Test("it opens without a complaint, and all its parts are there")
    func opens() throws {
        try with(SampleReport.report) { browser, page, _ in
            let opened = try browser.open(page)
            #expect(opened.complaints == [])
            for id in ["scores", "comparison", "graph", "curves", "classes", "recipe", "environment", "digests"] {
                #expect(opened.document.contains("<section id=\"\(id)\">"), "\(id)")
            }
            #expect(opened.document.contains("</html>"))
        }
    }

    @Test("the browser's complaints are heard")
    func complaints() throws {
        let browser = try #require(Browser.installed)
        try withTemporaryFolder { folder in
            let page = folder.appending(path: "wrong.html")
            try Data("<!DOCTYPE html><title>wrong</title><script>nothing.there</script>".utf8).write(to: page)
            #expect(try browser.open(page).complaints.contains { $0.contains("nothing is not defined") })
            let refused = SampleReport.report.page.replacing("</body>", with: "<script>nothing.there</script></body>")
            try Data(refused.utf8).write(to: page)
            #expect(try browser.open(page).complaints.contains { $0.contains("Content Security Policy") })
        }
    }

    @Test("pictures: light, dark, narrow, and on paper")
    func pictures() throws {
        try with(SampleReport.report) { browser, page, folder in
            var pictures: [Data] = []
            for (scheme, width) in [(Browser.Scheme.light, 1000), (.dark, 1000), (.light, 375), (.dark, 375)] {
                let picture = folder.appending(path: "\(scheme)-\(width).png")
                try browser.picture(of: page, to: picture, scheme: scheme, width: width, height: 1400)
                let data = try Data(contentsOf: picture)
                let size = try #require(sizeOfPNG(data))
                #expect(size == (width, 1400))
                pictures.append(data)
            }
            #expect(Set(pictures).count == 4)
            let paper = folder.appending(path: "report.pdf")
            try browser.printed(page, to: paper)
            #expect(try Data(contentsOf: paper).starts(with: Array("%PDF".utf8)))
        }
    }
}
