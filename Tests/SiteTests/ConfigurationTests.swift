// SPDX-License-Identifier: Apache-2.0
import Foundation
import Site
import Testing

@Suite("site.yaml")
struct ConfigurationTests {
    func read(_ yaml: String) throws -> Configuration {
        let scratch = try Scratch()
        try scratch.write("site.yaml", yaml)
        return try Configuration.read(scratch.path + "/site.yaml")
    }

    @Test("what init writes reads back as the same configuration")
    func roundTrip() throws {
        var configuration = Configuration()
        configuration.name = "St. \"Mary\" \\ North"
        configuration.smallCell = 20
        #expect(try read(configuration.yaml) == configuration)
    }

    @Test("an unknown key is refused with its line and the nearest known one")
    func unknownKey() throws {
        do {
            _ = try read("name: x\nsmall_cel: 5\n")
            Issue.record("an unknown key was accepted")
        } catch let error as SiteError {
            #expect(error.sentence.contains("site.yaml:2"))
            #expect(error.sentence.contains("small_cell"))
        }
    }

    @Test(
        "a value out of its range is refused",
        arguments: [
            "small_cell: 0", "small_cell: many", "stop_probability: 1.5", "max_questions: -3",
            "[1, 2]", "name: [a", "",
        ])
    func badValues(yaml: String) throws {
        #expect(throws: SiteError.self) { try read(yaml) }
    }

    @Test("a site is not made twice, nor in a directory that holds something else")
    func refusesExisting() throws {
        let scratch = try Scratch()
        let site = try SiteDirectory.create(scratch.path + "/s")
        #expect(throws: SiteError.alreadyASite(directory: site.path)) {
            try SiteDirectory.create(scratch.path + "/s")
        }
        try scratch.write("other/file.txt", "x")
        #expect(throws: SiteError.self) { try SiteDirectory.create(scratch.path + "/other") }
        #expect(throws: SiteError.self) { try SiteDirectory(scratch.path + "/nowhere") }
    }
}
