// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Workbench

@Suite struct AssetTests {
    static let scripts = ["proof.js", "try.js", "usage.js", "workbench.js"]

    @Test("only the shipped assets are served, whatever is asked for")
    func allowList() {
        #expect(
            WorkbenchAssets.names == [
                "favicon.svg", "proof.js", "try.js", "usage.js", "workbench.css", "workbench.js",
            ])
        for name in WorkbenchAssets.names {
            #expect((WorkbenchAssets.file(named: name)?.bytes.count ?? 0) > 100)
        }
        for name in ["", "../workbench.css", "/etc/passwd", "WORKBENCH.CSS", "workbench.css\0"] {
            #expect(WorkbenchAssets.file(named: name) == nil)
        }
    }

    @Test("each script stays small and asks no other host", arguments: scripts)
    func scriptIsSmall(name: String) throws {
        let bytes = try #require(WorkbenchAssets.file(named: name)?.bytes)
        #expect(bytes.count < (name == "proof.js" ? 13_000 : 10_000))
        let text = String(decoding: bytes, as: UTF8.self)
        for forbidden in ["http:", "https:", "innerHTML", "eval(", "document.write", "cookie"] {
            #expect(!text.contains(forbidden))
        }
        // Keys and handles are kept nowhere; what is remembered is whether shortcuts are on.
        #expect(text.contains("Storage") == (name == "workbench.js"))
    }

    @Test("every part of a page that names a script names one that is shipped")
    func partsHaveScripts() throws {
        let samples = Samples()
        var named: Set<String> = []
        for (_, page) in samples.pages {
            for tag in Markup(page.render(in: samples.frame)).tags {
                if let part = tag["data-part"] { named.insert(part + ".js") }
            }
        }
        #expect(named == ["proof.js", "try.js", "usage.js"])
        for name in named { #expect(WorkbenchAssets.file(named: name) != nil) }
    }

    @Test("the style sheet fetches nothing")
    func styleSheetIsSelfContained() throws {
        let bytes = try #require(WorkbenchAssets.file(named: "workbench.css")?.bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.contains("@import") && !text.contains("url("))
    }
}

/// WCAG 2.1 contrast of the colours the style sheet declares, for each palette.
@Suite struct ContrastTests {
    static let palettes = ["light", "dark", "print"]
    /// Foreground, background, and the least ratio: 4.5 for text, 3 for shapes and edges.
    static let pairs: [(String, String, Double)] = [
        ("ink", "paper", 4.5), ("ink", "surface", 4.5), ("ink", "track", 4.5),
        ("muted", "paper", 4.5), ("muted", "surface", 4.5), ("muted", "track", 4.5),
        ("accent", "paper", 4.5), ("accent", "surface", 4.5), ("on-accent", "accent", 4.5),
        ("paper", "ink", 4.5), ("alarm", "surface", 4.5), ("alarm", "paper", 4.5),
        ("edge", "surface", 3), ("edge", "paper", 3), ("accent", "track", 3), ("edge", "track", 3),
    ]

    /// The custom properties of the n-th `:root` block of the style sheet.
    private func palette(_ name: String) throws -> [String: String] {
        let bytes = try #require(WorkbenchAssets.file(named: "workbench.css")?.bytes)
        let blocks = String(decoding: bytes, as: UTF8.self).components(separatedBy: ":root {")
        let position = try #require(ContrastTests.palettes.firstIndex(of: name))
        let block = blocks[position + 1].components(separatedBy: "}")[0]
        var colours: [String: String] = [:]
        for declaration in block.components(separatedBy: ";") {
            let parts = declaration.components(separatedBy: ":").map {
                $0.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            if parts.count == 2, parts[0].hasPrefix("--"), parts[1].hasPrefix("#") {
                colours[String(parts[0].dropFirst(2))] = parts[1]
            }
        }
        return colours
    }

    private func luminance(_ colour: String) throws -> Double {
        let value = try #require(Int(colour.dropFirst(), radix: 16))
        let channels = [16, 8, 0].map { shift -> Double in
            let share = Double(value >> shift & 255) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }

    @Test("text and shapes stand out enough on every ground", arguments: palettes)
    func contrast(name: String) throws {
        let colours = try palette(name)
        for (front, back, least) in ContrastTests.pairs {
            let one = try luminance(#require(colours[front], "\(front)"))
            let other = try luminance(#require(colours[back], "\(back)"))
            let ratio = (max(one, other) + 0.05) / (min(one, other) + 0.05)
            #expect(ratio >= least, "\(name): \(front) on \(back) is \(ratio)")
        }
    }

    @Test("every colour in use is one of the palette's")
    func coloursComeFromThePalette() throws {
        let bytes = try #require(WorkbenchAssets.file(named: "workbench.css")?.bytes)
        let rules = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n")
            .filter { !$0.contains("--") || $0.contains("var(--") }
        for rule in rules {
            let colour = rule.range(of: "#[0-9a-fA-F]{3,8}\\b", options: .regularExpression)
            #expect(colour == nil, "\(rule)")
        }
    }
}
